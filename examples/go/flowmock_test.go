package flowservice

// flowmock in Go tests: copy this file beside your tests. It needs the standard library only.
//
//	func TestListsConnections(t *testing.T) {
//		mock := startMock(t) // an organisation of the test's own: tests may run in parallel
//		client := &Client{BaseURL: mock.BaseURL(), Headers: mock.Headers()}
//		...
//		mock.Verify(t, `{"operation": "listConnections"}`)
//	}
//
// The server is the binary that FLOWMOCK_BINARY names, or flowmock on the PATH. If FLOWMOCK_URL is set, the server there is used
// instead, and neither started nor stopped. With FLOWMOCK_CONTRACT_GATE=error (or warning), go test fails with the contract report
// if a client broke a rule of the API.

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// flags for the server: `flowmock --help` describes them.
var flags = []string{"--deterministic", "7"}

var server *mockServer

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

// run is apart from TestMain since os.Exit runs no deferred calls.
func run(m *testing.M) (code int) {
	var err error
	if server, err = startServer(flags); err != nil {
		fmt.Fprintln(os.Stderr, "flowmock cannot start:", err)
		return 1
	}
	defer server.stop()
	code = m.Run()
	if gate := os.Getenv("FLOWMOCK_CONTRACT_GATE"); gate != "" && code == 0 {
		status, report, err := server.call("GET", "/contract?format=text&failStatus=true&failOn="+url.QueryEscape(gate), "")
		if err != nil || status != http.StatusOK {
			fmt.Fprintln(os.Stderr, report, err)
			return 1
		}
	}
	return code
}

// mockServer is a server: the process that startServer started, or the one at FLOWMOCK_URL.
type mockServer struct {
	url     string
	folder  string
	process *exec.Cmd
	stdin   io.Closer
	ended   chan error
}

// startServer returns when the server listens. It ends when its standard input does, which only this process holds, so it cannot
// be left behind. Its output goes to files, since nobody reads a pipe.
func startServer(flags []string) (*mockServer, error) {
	if running := os.Getenv("FLOWMOCK_URL"); running != "" {
		found := &mockServer{url: strings.TrimRight(running, "/")}
		_, _, err := found.call("GET", "/health", "")
		return found, err
	}
	binary := os.Getenv("FLOWMOCK_BINARY")
	if binary == "" {
		binary = "flowmock"
	}
	folder, err := os.MkdirTemp("", "flowmock-")
	if err != nil {
		return nil, err
	}
	started := &mockServer{folder: folder}
	if err := started.launch(binary, flags); err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	return started, nil
}

func (s *mockServer) launch(binary string, flags []string) error {
	portFile := filepath.Join(s.folder, "port.json")
	line := append([]string{"--listen", "127.0.0.1:0", "--stop-with-stdin", "--port-file", portFile,
		"--log-file", filepath.Join(s.folder, "log")}, flags...)
	s.process = exec.Command(binary, line...)
	for _, variable := range os.Environ() { // without those that are for this file
		if !strings.HasPrefix(variable, "FLOWMOCK_BINARY=") && !strings.HasPrefix(variable, "FLOWMOCK_CONTRACT_GATE=") {
			s.process.Env = append(s.process.Env, variable)
		}
	}
	errors, err := os.Create(filepath.Join(s.folder, "errors"))
	if err != nil {
		return err
	}
	defer errors.Close()
	s.process.Stderr = errors
	if s.stdin, err = s.process.StdinPipe(); err != nil {
		return err
	}
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("%w: put flowmock on the PATH, name it in FLOWMOCK_BINARY, or name a running server in FLOWMOCK_URL", err)
	}
	s.ended = make(chan error, 1)
	go func() { s.ended <- s.process.Wait() }()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		if ready, err := os.ReadFile(portFile); err == nil {
			var address struct{ URL string }
			err := json.Unmarshal(ready, &address)
			s.url = address.URL
			return err
		}
		select {
		case err := <-s.ended:
			said, _ := os.ReadFile(errors.Name())
			return fmt.Errorf("%s: %v: %s", binary, err, bytes.TrimSpace(said))
		case <-time.After(5 * time.Millisecond):
		}
	}
	s.process.Process.Kill()
	return fmt.Errorf("%s does not listen after 30 seconds:%s", binary, s.log())
}

func (s *mockServer) stop() {
	if s.process == nil {
		return
	}
	s.stdin.Close()
	select {
	case <-s.ended:
	case <-time.After(15 * time.Second):
		s.process.Process.Kill()
		<-s.ended
	}
	os.RemoveAll(s.folder)
}

// call makes a call below /_flowmock, and returns the status and the body of the answer.
func (s *mockServer) call(method, path, body string) (int, string, error) {
	request, err := http.NewRequest(method, s.url+"/_flowmock"+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	if token := os.Getenv("FLOWMOCK_CONTROL_TOKEN"); token != "" {
		request.Header.Set("x-flowmock-control-token", token)
	}
	client := http.Client{Timeout: time.Minute}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", fmt.Errorf("flowmock does not answer: %w%s", err, s.log())
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, string(answer), err
}

func (s *mockServer) log() string {
	text, _ := os.ReadFile(filepath.Join(s.folder, "log"))
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if line != "" && !strings.Contains(line, "/_flowmock/") {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	if len(lines) > 20 {
		lines = lines[len(lines)-20:]
	}
	return "\nthe end of the server's log:\n  " + strings.Join(lines, "\n  ")
}

// Mock is one organisation of the server: a test's own.
type Mock struct {
	Organisation string
	name         string
}

// startMock gives the test an organisation of its own. If the test fails, its requests are shown.
func startMock(t *testing.T) *Mock {
	t.Helper()
	id := make([]byte, 12)
	if _, err := rand.Read(id); err != nil {
		t.Fatal(err)
	}
	mock := &Mock{Organisation: fmt.Sprintf("%X@AdobeOrg", id), name: t.Name()}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("flowmock: " + mock.requests(t) + server.log())
		}
	})
	return mock
}

// URL is the server's address.
func (mock *Mock) URL() string { return server.url }

// BaseURL is the address of the Flow Service.
func (mock *Mock) BaseURL() string { return server.url + "/data/foundation/flowservice" }

// Headers are those that every call needs, for the sandbox prod. They name the test in contract reports.
func (mock *Mock) Headers() map[string]string {
	return map[string]string{
		"Authorization":   "Bearer token",
		"x-api-key":       "key",
		"x-gw-ims-org-id": mock.Organisation,
		"x-sandbox-name":  "prod",
		"x-flowmock-test": mock.name,
	}
}

// Reset returns the organisation to the state of the start.
func (mock *Mock) Reset(t *testing.T) { t.Helper(); control(t, "POST", mock.part("/reset"), "") }

// Seed adds the content of a sandbox: `{"connections": [...]}`.
func (mock *Mock) Seed(t *testing.T, sandbox, content string) {
	t.Helper()
	var parts map[string]any
	if err := json.Unmarshal([]byte(content), &parts); err != nil {
		t.Fatalf("the seed is no JSON object: %v", err)
	}
	parts["name"] = sandbox
	organisation := map[string]any{"imsOrgId": mock.Organisation, "sandboxes": []any{parts}}
	document, err := json.Marshal(map[string]any{"organisations": []any{organisation}})
	if err != nil {
		t.Fatal(err)
	}
	control(t, "POST", "/state", string(document))
}

// State is the state of the organisation, as a document that seeds another server.
func (mock *Mock) State(t *testing.T) string {
	t.Helper()
	return control(t, "GET", mock.part("/state"), "")
}

// Fault adds a rule for requests of the organisation: `{"times": 1, "action": {"error": "FLOW-1103-503"}}`.
func (mock *Mock) Fault(t *testing.T, rule string) {
	t.Helper()
	control(t, "POST", mock.part("/faults"), rule)
}

// OrderRuns orders how coming runs end: `{"flowId": "...", "run": 3, "outcome": "copyFailed"}`.
func (mock *Mock) OrderRuns(t *testing.T, order string) {
	t.Helper()
	control(t, "POST", mock.part("/runs?sandbox=prod"), order)
}

// Verify fails the test unless the requests that the expectation describes arrived: `{"operation": "createConnection"}`.
func (mock *Mock) Verify(t *testing.T, expectation string) {
	t.Helper()
	var scoped map[string]any
	if err := json.Unmarshal([]byte(expectation), &scoped); err != nil {
		t.Fatalf("the expectation is no JSON object: %v", err)
	}
	scoped["imsOrgId"] = mock.Organisation
	body, err := json.Marshal(scoped)
	if err != nil {
		t.Fatal(err)
	}
	var verification struct {
		Passed  bool
		Message string
	}
	if err := json.Unmarshal([]byte(control(t, "POST", "/verify", string(body))), &verification); err != nil {
		t.Fatal(err)
	}
	if !verification.Passed {
		t.Error(verification.Message)
	}
}

// AdvanceClock moves the clock of the server, for all tests.
func (mock *Mock) AdvanceClock(t *testing.T, by time.Duration) {
	t.Helper()
	control(t, "PUT", "/clock", fmt.Sprintf(`{"advanceMs": %d}`, by.Milliseconds()))
}

// requests lists the requests of the organisation, newest first.
func (mock *Mock) requests(t *testing.T) string {
	t.Helper()
	var journal struct {
		Requests []struct {
			Method, Path, Query, Outcome, ErrorCode string
			Status                                  int
		}
	}
	if err := json.Unmarshal([]byte(control(t, "GET", mock.part("/requests?limit=20"), "")), &journal); err != nil {
		return err.Error()
	}
	lines := []string{"the requests of " + mock.name + ", newest first:"}
	for _, request := range journal.Requests {
		lines = append(lines, fmt.Sprintf("%s %s?%s: %s %d %s",
			request.Method, request.Path, request.Query, request.Outcome, request.Status, request.ErrorCode))
	}
	return strings.Join(lines, "\n  ")
}

// part names the organisation in the query of a call.
func (mock *Mock) part(path string) string {
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return path + separator + "imsOrgId=" + url.QueryEscape(mock.Organisation)
}

// control makes a call, and fails the test if the server refuses it.
func control(t *testing.T, method, path, body string) string {
	t.Helper()
	status, answer, err := server.call(method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	if status >= 300 {
		t.Fatalf("%s /_flowmock%s: %d: %s", method, path, status, answer)
	}
	return answer
}
