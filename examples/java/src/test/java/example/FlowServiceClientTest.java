package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import example.FlowMockExtension.FlowMock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client in practice: pages, a busy service, a stale etag, a refusal. */
class FlowServiceClientTest {
    // After the tests of this class, the contract report must be free of errors.
    @RegisterExtension
    static final FlowMockExtension FLOWMOCK = new FlowMockExtension().flags("--deterministic", "7").contract("error");

    private static FlowServiceClient client(FlowMock mock) {
        return new FlowServiceClient(mock.baseUrl(), mock.headers(), Duration.ofMillis(1000));
    }

    @Test
    void createsAConnection(FlowMock mock) throws Exception {
        String id = client(mock).create("orders \"2026\"");
        assertTrue(mock.state().contains(id));
        mock.verify("{\"operation\": \"createConnection\", \"body\": {\"/name\": \"orders \\\"2026\\\"\"}, \"times\": {\"exactly\": 1}}");
    }

    @Test
    void readsAllPages(FlowMock mock) throws Exception {
        mock.seed("prod", IntStream.range(0, 25)
                .mapToObj(n -> "{\"name\": \"c" + n + "\", \"connectionSpec\": {\"id\": \"10440537-2a7b-4583-ac39-ed38d4b848e8\"}}")
                .collect(Collectors.joining(",", "{\"connections\": [", "]}")));
        List<String> names = client(mock).names(10);
        assertEquals(25, names.size());
        assertEquals(25, new HashSet<>(names).size());
        mock.verify("{\"operation\": \"listConnections\", \"times\": {\"exactly\": 3}}");
    }

    @Test
    void triesAgainAfterA503(FlowMock mock) throws Exception {
        mock.fault("{\"match\": {\"operation\": \"createConnection\"}, \"times\": 1, \"action\": {\"error\": \"FLOW-1103-503\"}}");
        client(mock).create("orders");
        mock.verify("{\"operation\": \"createConnection\", \"times\": {\"exactly\": 2}}");
    }

    @Test
    void readsAConnectionAgainThatSomebodyElseHasChanged(FlowMock mock) throws Exception {
        String id = client(mock).create("orders");
        mock.fault("{\"match\": {\"operation\": \"updateConnection\"}, \"times\": 1, \"action\": {\"error\": \"FLOW-1404-412\"}}");
        client(mock).rename(id, "sales");
        mock.verify("{\"operation\": \"getConnection\", \"times\": {\"exactly\": 2}}");
    }

    @Test
    void saysWhatTheServiceRefused(FlowMock mock) {
        FlowServiceClient.Refused refused = assertThrows(FlowServiceClient.Refused.class,
                () -> client(mock).rename("00000000-0000-4000-8000-000000000000", "x"));
        assertEquals(404, refused.status);
        AssertionError error = assertThrows(AssertionError.class, () -> mock.verify("{\"operation\": \"deleteConnection\"}"));
        assertTrue(error.getMessage().startsWith("expected at least 1 request:\n    operation: deleteConnection"), error.getMessage());
    }
}
