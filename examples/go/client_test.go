package flowservice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestListsConnections(t *testing.T) {
	mock := startMock(t) // an organisation for this test
	client := &Client{BaseURL: mock.BaseURL(), Headers: mock.Headers()}
	if connections, err := client.Connections(context.Background(), 100); err != nil || len(connections) != 0 {
		t.Error(connections, err)
	}
}

func start(t *testing.T) (*Mock, *Client, context.Context) {
	t.Helper()
	t.Parallel()
	mock := startMock(t)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return mock, &Client{BaseURL: mock.BaseURL(), Headers: mock.Headers(), Pause: time.Second}, ctx
}

func TestCreatesAConnection(t *testing.T) {
	mock, client, ctx := start(t)
	id, err := client.Create(ctx, "orders")
	if err != nil || !strings.Contains(mock.State(t), id) {
		t.Fatal(id, err)
	}
	mock.Verify(t, `{"operation": "createConnection", "body": {"/name": "orders"}, "times": {"exactly": 1}}`)
}

func TestReadsAllPages(t *testing.T) {
	mock, client, ctx := start(t)
	var seeds []string
	for n := 0; n < 25; n++ {
		seeds = append(seeds, fmt.Sprintf(`{"name": "c%d", "connectionSpec": {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8"}}`, n))
	}
	mock.Seed(t, "prod", `{"connections": [`+strings.Join(seeds, ",")+`]}`)
	connections, err := client.Connections(ctx, 10)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, connection := range connections {
		names[connection.Name] = true
	}
	if len(connections) != 25 || len(names) != 25 {
		t.Errorf("%d connections with %d names", len(connections), len(names))
	}
	mock.Verify(t, `{"operation": "listConnections", "times": {"exactly": 3}}`)
}

func TestTriesAgainAfterA503(t *testing.T) {
	mock, client, ctx := start(t)
	mock.Fault(t, `{"match": {"operation": "createConnection"}, "times": 1, "action": {"error": "FLOW-1103-503"}}`)
	if _, err := client.Create(ctx, "orders"); err != nil {
		t.Fatal(err)
	}
	mock.Verify(t, `{"operation": "createConnection", "times": {"exactly": 2}}`)
}

func TestReadsAConnectionAgainThatSomebodyElseHasChanged(t *testing.T) {
	mock, client, ctx := start(t)
	id, err := client.Create(ctx, "orders")
	if err != nil {
		t.Fatal(err)
	}
	mock.Fault(t, `{"match": {"operation": "updateConnection"}, "times": 1, "action": {"error": "FLOW-1404-412"}}`)
	if err := client.Rename(ctx, id, "sales"); err != nil {
		t.Fatal(err)
	}
	mock.Verify(t, `{"operation": "getConnection", "times": {"exactly": 2}}`)
}

func TestSaysWhatTheServiceRefused(t *testing.T) {
	_, client, ctx := start(t)
	err := client.Rename(ctx, "00000000-0000-4000-8000-000000000000", "x")
	var refused *Refused
	if !errors.As(err, &refused) || refused.Status != 404 {
		t.Error(err)
	}
}
