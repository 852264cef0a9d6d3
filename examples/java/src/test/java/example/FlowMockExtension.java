package example;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * flowmock in JUnit 5: copy this file into your tests.
 *
 * <pre>{@code
 * @ExtendWith(FlowMockExtension.class)
 * class ClientTest {
 *     @Test
 *     void listsConnections(FlowMockExtension.FlowMock mock) throws Exception {
 *         new Client(mock.baseUrl(), mock.headers()).list();
 *         mock.verify("{\"operation\": \"listConnections\"}");
 *     }
 * }
 * }</pre>
 *
 * All test classes share one server; each test has an organisation of its own, so tests may run in parallel. When a test fails, its
 * requests are printed. With flags of its own, a class registers an extension and has a server of its own:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final FlowMockExtension FLOWMOCK = new FlowMockExtension().flags("--deterministic", "7").contract("error");
 * }</pre>
 *
 * The server is the binary that {@code FLOWMOCK_BINARY} names, or {@code flowmock} on the {@code PATH}. If {@code FLOWMOCK_URL} is
 * set, the server there is used instead, and neither started nor stopped. With {@code -Dflowmock.contract=error} the run of the
 * shared server fails if a client broke a rule of the API.
 */
public final class FlowMockExtension implements BeforeAllCallback, AfterTestExecutionCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(FlowMockExtension.class);

    private final List<String> flags = new ArrayList<>();
    private String contract = System.getProperty("flowmock.contract");
    private boolean ownServer;

    /** Flags for the server: {@code flowmock --help} describes them. */
    public FlowMockExtension flags(String... more) {
        flags.addAll(List.of(more));
        ownServer = true;
        return this;
    }

    /** Fails the class, after its tests, if a client broke a rule of the API: {@code error} or {@code warning}. */
    public FlowMockExtension contract(String failOn) {
        contract = failOn;
        ownServer = true;
        return this;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        server(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == FlowMock.class;
    }

    @Override
    public FlowMock resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(NAMESPACE).getOrComputeIfAbsent("mock", key -> server(context).mock(context), FlowMock.class);
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        FlowMock mock = context.getStore(NAMESPACE).get("mock", FlowMock.class);
        if (mock != null && context.getExecutionException().isPresent()) {
            System.err.println(mock.diagnosis());
        }
    }

    // The store of the root closes the shared server after the last class, that of a class its own after the class.
    private Server server(ExtensionContext context) {
        Store store = (ownServer ? ofClass(context) : context.getRoot()).getStore(NAMESPACE);
        String key = ownServer ? "server of " + System.identityHashCode(this) : "server";
        return store.getOrComputeIfAbsent(key, name -> new Server(flags, contract), Server.class);
    }

    private static ExtensionContext ofClass(ExtensionContext context) {
        ExtensionContext found = context;
        while (found.getTestMethod().isPresent()) {
            found = found.getParent().orElseThrow();
        }
        return found;
    }

    /** One organisation of a flowmock server: a test's own. */
    public static final class FlowMock {
        private final Server server;
        private final String organisation;
        private final String test;

        private FlowMock(Server server, String organisation, String test) {
            this.server = server;
            this.organisation = organisation;
            this.test = test;
        }

        /** The server's address. */
        public String url() {
            return server.url;
        }

        /** The address of the Flow Service. */
        public String baseUrl() {
            return server.url + "/data/foundation/flowservice";
        }

        /** The organisation, as in {@code x-gw-ims-org-id}. */
        public String organisation() {
            return organisation;
        }

        /** The headers that every call needs, for the sandbox {@code prod}. */
        public Map<String, String> headers() {
            return headers("prod", "token");
        }

        /** The headers that every call needs. They name the test in contract reports. */
        public Map<String, String> headers(String sandbox, String token) {
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("Authorization", "Bearer " + token);
            headers.put("x-api-key", "key");
            headers.put("x-gw-ims-org-id", organisation);
            headers.put("x-sandbox-name", sandbox);
            headers.put("x-flowmock-test", test.replaceAll("[^ -~]", "?"));
            return headers;
        }

        /** Returns the organisation to the state of the start. */
        public void reset() {
            control("POST", "/reset", null);
        }

        /** Adds a sandbox: {@code {"connections": [...]}}, and what else a sandbox of a seed holds. */
        public void seed(String sandbox, String content) {
            String named = "{\"name\": " + quoted(sandbox) + "," + content.strip().substring(1);
            String document = "{\"organisations\": [{\"imsOrgId\": " + quoted(organisation) + ", \"sandboxes\": [" + named + "]}]}";
            server.call("POST", "/_flowmock/state", document, false);
        }

        /** The state of the organisation, as a document that seeds another server. */
        public String state() {
            return control("GET", "/state", null);
        }

        /** Fails unless the requests that this expectation describes arrived, such as {@code {"operation": "createConnection"}}. */
        public void verify(String expectation) {
            String scoped = "{\"imsOrgId\": " + quoted(organisation) + separator(expectation) + expectation.strip().substring(1);
            Answer answer = server.call("POST", "/_flowmock/verify?failStatus=true", scoped, true);
            if (answer.status == 417) throw new AssertionError(text(answer.body, "message"));
        }

        /** Adds a fault rule for requests of the organisation, such as {@code {"times": 1, "action": {"error": "FLOW-1103-503"}}}. */
        public void fault(String rule) {
            control("POST", "/faults", rule);
        }

        /** Removes the fault rules of the organisation. */
        public void clearFaults() {
            control("DELETE", "/faults", null);
        }

        /** Orders how coming runs end, such as {@code {"flowId": "...", "run": 3, "outcome": "copyFailed"}}. */
        public void orderRuns(String order) {
            control("POST", "/runs?sandbox=prod", order);
        }

        /** Moves the clock of the server, for all tests of it. */
        public void advanceClock(Duration by) {
            server.call("PUT", "/_flowmock/clock", "{\"advanceMs\": " + by.toMillis() + "}", false);
        }

        /** The requests of the organisation, newest first, as JSON. The filter is a query: {@code status=4xx&limit=5}. */
        public String requests(String filter) {
            return control("GET", "/requests?" + filter, null);
        }

        /** The contract report about all clients of the server, as JSON. */
        public String contract() {
            return server.call("GET", "/_flowmock/contract", null, false).body;
        }

        private String control(String method, String path, String body) {
            String scope = (path.contains("?") ? "&" : "?") + "imsOrgId=" + encoded(organisation);
            return server.call(method, "/_flowmock" + path + scope, body, false).body;
        }

        private String diagnosis() {
            StringBuilder lines = new StringBuilder("flowmock: the requests of " + test + ", newest first:");
            Matcher request = Pattern.compile("\"method\":\"(\\w+)\",\"path\":\"([^\"]*)\"(?:.*?)\"outcome\":\"(\\w+)\"(?:,\"status\":(\\d+))?"
                    + "(?:,\"errorCode\":\"([^\"]*)\")?").matcher(requests("limit=20"));
            while (request.find()) {
                lines.append("\n  ").append(request.group(1)).append(' ').append(request.group(2)).append(": ")
                        .append(Optional.ofNullable(request.group(4)).orElse(request.group(3)))
                        .append(Optional.ofNullable(request.group(5)).map(code -> " " + code).orElse(""));
            }
            return lines.append(server.log()).toString();
        }
    }

    /** A server: the process that this class started, or the one at {@code FLOWMOCK_URL}. */
    private static final class Server implements Store.CloseableResource {
        private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private final String contract;
        private final Process process;
        private final Path folder;
        private final String url;

        Server(List<String> flags, String contract) {
            this.contract = contract;
            String running = System.getenv("FLOWMOCK_URL");
            if (running != null && !running.isEmpty()) {
                process = null;
                folder = null;
                url = running.replaceFirst("/+$", "");
                call("GET", "/_flowmock/health", null, false);
                return;
            }
            try {
                folder = Files.createTempDirectory("flowmock-");
                process = launch(flags);
                url = awaitUrl();
            } catch (IOException error) {
                throw new IllegalStateException("flowmock cannot start: " + error.getMessage()
                        + ": put flowmock on the PATH, name it in FLOWMOCK_BINARY, or name a running server in FLOWMOCK_URL", error);
            }
        }

        FlowMock mock(ExtensionContext context) {
            String id = UUID.randomUUID().toString().replace("-", "").substring(0, 24).toUpperCase();
            String test = context.getRequiredTestClass().getSimpleName() + ": " + context.getDisplayName();
            return new FlowMock(this, id + "@AdobeOrg", test);
        }

        // The server ends when its standard input does, which only this process holds: it cannot be left behind. Its output
        // goes to files, since nobody reads a pipe.
        private Process launch(List<String> flags) throws IOException {
            String binary = Optional.ofNullable(System.getenv("FLOWMOCK_BINARY")).filter(name -> !name.isEmpty()).orElse("flowmock");
            List<String> command = new ArrayList<>(List.of(binary, "--listen", "127.0.0.1:0", "--stop-with-stdin",
                    "--port-file", folder.resolve("port.json").toString(), "--log-file", folder.resolve("log").toString()));
            command.addAll(flags);
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(folder.resolve("errors").toFile());
            builder.environment().remove("FLOWMOCK_BINARY");
            return builder.start();
        }

        private String awaitUrl() throws IOException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (true) {
                String ready = read("port.json");
                if (!ready.isEmpty()) return text(ready, "url");
                if (!process.isAlive()) throw new IllegalStateException("flowmock cannot start: " + read("errors").strip());
                if (System.nanoTime() > deadline) {
                    process.destroyForcibly();
                    throw new IllegalStateException("flowmock does not listen after 30 seconds:" + log());
                }
                sleep(5);
            }
        }

        Answer call(String method, String path, String body, boolean mayFail) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(60))
                    .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
            Optional.ofNullable(System.getenv("FLOWMOCK_CONTROL_TOKEN")).ifPresent(token -> request.header("x-flowmock-control-token", token));
            HttpResponse<String> response;
            try {
                response = http.send(request.build(), BodyHandlers.ofString());
            } catch (IOException error) {
                throw new IllegalStateException(method + " " + url + path + ": flowmock does not answer: " + error + log(), error);
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while flowmock answers " + method + " " + path, error);
            }
            if (response.statusCode() >= 300 && !(mayFail && response.statusCode() == 417)) {
                throw new IllegalStateException(method + " " + path + ": " + response.statusCode() + ": " + response.body());
            }
            return new Answer(response.statusCode(), response.body());
        }

        /** Called after the last test: holds the contract, then stops the server. */
        @Override
        public void close() throws IOException, InterruptedException {
            try {
                if (contract != null) {
                    Answer answer = call("GET", "/_flowmock/contract?format=text&failStatus=true&failOn=" + encoded(contract), null, true);
                    if (answer.status == 417) throw new AssertionError(answer.body);
                }
            } finally {
                if (process != null) stop();
            }
        }

        private void stop() throws IOException, InterruptedException {
            process.getOutputStream().close();
            if (!process.waitFor(15, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }

        private String log() {
            if (folder == null) return "";
            List<String> lines = read("log").lines().filter(line -> !line.contains("/_flowmock/")).toList();
            if (lines.isEmpty()) return "";
            return "\nthe end of the server's log:\n  " + String.join("\n  ", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        }

        private String read(String name) {
            try {
                return Files.readString(folder.resolve(name));
            } catch (IOException absent) {
                return "";
            }
        }
    }

    /** An answer of the control API. */
    private static final class Answer {
        final int status;
        final String body;

        Answer(int status, String body) {
            this.status = status;
            this.body = body;
        }
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while flowmock starts", error);
        }
    }

    private static String separator(String object) {
        return object.strip().substring(1).strip().startsWith("}") ? "" : ",";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** The text of the first member of this name. The JDK has no JSON. */
    private static String text(String json, String member) {
        Matcher matcher = Pattern.compile("\"" + member + "\": ?\"((?:[^\"\\\\]++|\\\\.)*+)\"").matcher(json);
        if (!matcher.find()) throw new IllegalStateException("no " + member + " in " + json);
        return Pattern.compile("\\\\(u[0-9a-fA-F]{4}|.)").matcher(matcher.group(1)).replaceAll(escape -> {
            String name = escape.group(1);
            if (name.length() > 1) return Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(name.substring(1), 16)));
            return Matcher.quoteReplacement(switch (name) {
                case "n" -> "\n";
                case "t" -> "\t";
                case "r" -> "\r";
                default -> name;
            });
        });
    }
}
