// Package client is a small client of the Flow Service. It is what the tests test.
package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Create creates a connection and returns its id. It tries again once if the service is overloaded.
func Create(baseURL string, headers map[string]string, name string) (string, error) {
	body, err := json.Marshal(map[string]any{
		"name":           name,
		"connectionSpec": map[string]string{"id": "10440537-2a7b-4583-ac39-ed38d4b848e8", "version": "1.0"},
	})
	if err != nil {
		return "", err
	}
	status, answer, err := post(baseURL+"/connections", headers, body)
	if err == nil && status == http.StatusServiceUnavailable {
		status, answer, err = post(baseURL+"/connections", headers, body)
	}
	if err != nil {
		return "", err
	}
	if status != http.StatusCreated {
		return "", fmt.Errorf("%d: %s", status, answer)
	}
	var created struct{ ID string }
	err = json.Unmarshal(answer, &created)
	return created.ID, err
}

func post(url string, headers map[string]string, body []byte) (int, []byte, error) {
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}
