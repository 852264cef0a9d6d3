package client

// Starts flowmock's image with Testcontainers: `docker build -t flowmock .` in the project, then `go test` here.

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// start returns the address of a container, which is healthy. It is removed when the test ends.
func start(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	container, err := testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		ContainerRequest: testcontainers.ContainerRequest{
			Image:        "flowmock:latest",
			ExposedPorts: []string{"8080/tcp"},
			// The image has a health check, so nothing has to look at its log.
			WaitingFor: wait.ForHealthCheck().WithStartupTimeout(time.Minute),
		},
		Started: true,
	})
	testcontainers.CleanupContainer(t, container)
	if err != nil {
		t.Fatal(err)
	}
	address, err := container.PortEndpoint(ctx, "8080/tcp", "http")
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func headers(organisation string) map[string]string {
	return map[string]string{
		"Authorization":   "Bearer token",
		"x-api-key":       "key",
		"x-gw-ims-org-id": organisation,
		"x-sandbox-name":  "prod",
	}
}

func control(t *testing.T, address, path, body string) {
	t.Helper()
	status, answer, err := post(address+"/_flowmock"+path, nil, []byte(body))
	if err != nil || status >= 300 {
		t.Fatalf("%s: %d: %s %v", path, status, answer, err)
	}
}

func TestClient(t *testing.T) {
	address := start(t)
	baseURL := address + "/data/foundation/flowservice"

	// Each test has an organisation of its own: one container is enough for all of them.
	t.Run("creates a connection", func(t *testing.T) {
		if id, err := Create(baseURL, headers("CREATES@AdobeOrg"), "orders"); err != nil || len(id) != 36 {
			t.Fatal(id, err)
		}
		verify(t, address, "CREATES@AdobeOrg", 1)
	})
	t.Run("tries again after a 503", func(t *testing.T) {
		organisation := "RETRIES@AdobeOrg"
		rule := `{"match": {"operation": "createConnection"}, "times": 1, "action": {"error": "FLOW-1103-503"}}`
		control(t, address, "/faults?imsOrgId="+url.QueryEscape(organisation), rule)
		if _, err := Create(baseURL, headers(organisation), "orders"); err != nil {
			t.Fatal(err)
		}
		verify(t, address, organisation, 2)
	})
}

// verify fails the test unless that many connections were created.
func verify(t *testing.T, address, organisation string, times int) {
	t.Helper()
	expected := `{"operation": "createConnection", "imsOrgId": %q, "times": {"exactly": %d}}`
	control(t, address, "/verify?failStatus=true", fmt.Sprintf(expected, organisation, times))
}
