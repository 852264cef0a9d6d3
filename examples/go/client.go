// Package flowservice is a small client of the Flow Service: it creates, lists and renames. It is what the tests beside it test.
package flowservice

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const tries = 3

// Client calls the Flow Service.
type Client struct {
	BaseURL string            // ends with /data/foundation/flowservice
	Headers map[string]string // what every call needs
	Pause   time.Duration     // before the second try of a call
}

// Connection is a base connection.
type Connection struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Etag string `json:"etag"`
}

// Refused is an answer of the service that is no success.
type Refused struct {
	Status int
	Body   string
}

func (refused *Refused) Error() string {
	return fmt.Sprintf("%d: %s", refused.Status, refused.Body)
}

type page struct {
	Items []Connection `json:"items"`
	Links struct {
		Next struct {
			Href string `json:"href"`
		} `json:"next"`
	} `json:"_links"`
}

// Create creates a connection to a landing zone and returns its id.
func (client *Client) Create(ctx context.Context, name string) (string, error) {
	body := map[string]any{
		"name":           name,
		"connectionSpec": map[string]string{"id": "10440537-2a7b-4583-ac39-ed38d4b848e8", "version": "1.0"},
	}
	var created Connection
	err := client.call(ctx, http.MethodPost, "/connections", nil, body, &created)
	return created.ID, err
}

// Connections returns all connections, read page by page.
func (client *Client) Connections(ctx context.Context, pageSize int) ([]Connection, error) {
	var connections []Connection
	path := fmt.Sprintf("/connections?limit=%d", pageSize)
	for path != "" {
		var page page
		if err := client.call(ctx, http.MethodGet, path, nil, nil, &page); err != nil {
			return nil, err
		}
		connections = append(connections, page.Items...)
		path = strings.TrimPrefix(page.Links.Next.Href, "/data/foundation/flowservice")
	}
	return connections, nil
}

// Rename renames a connection. If somebody else changes it meanwhile, it tries again with the new version.
func (client *Client) Rename(ctx context.Context, id, name string) error {
	patch := []map[string]string{{"op": "replace", "path": "/name", "value": name}}
	for attempt := 1; ; attempt++ {
		var read page
		if err := client.call(ctx, http.MethodGet, "/connections/"+id, nil, nil, &read); err != nil {
			return err
		}
		if len(read.Items) != 1 {
			return fmt.Errorf("connection %s: expected one item, got %d", id, len(read.Items))
		}
		headers := map[string]string{"If-Match": read.Items[0].Etag}
		err := client.call(ctx, http.MethodPatch, "/connections/"+id, headers, patch, nil)
		if refused, ok := err.(*Refused); !ok || refused.Status != http.StatusPreconditionFailed || attempt == tries {
			return err
		}
	}
}

// The service is overloaded now and then: three tries, with a pause that grows.
func (client *Client) call(ctx context.Context, method, path string, headers map[string]string, body, result any) error {
	var sent []byte
	if body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			return err
		}
	}
	for attempt := 1; ; attempt++ {
		status, answer, err := client.send(ctx, method, path, headers, sent)
		switch {
		case err != nil:
			return err
		case status < 300 && result == nil:
			return nil
		case status < 300:
			return json.Unmarshal(answer, result)
		case status != http.StatusServiceUnavailable || attempt == tries:
			return &Refused{status, string(answer)}
		}
		select {
		case <-time.After(client.Pause << (attempt - 1)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (client *Client) send(ctx context.Context, method, path string, headers map[string]string, body []byte) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, client.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	for _, set := range []map[string]string{client.Headers, headers} {
		for name, value := range set {
			request.Header.Set(name, value)
		}
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}
