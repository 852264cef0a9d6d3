package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/** Starts flowmock's image with Testcontainers: {@code docker build -t flowmock .} in the project, then {@code mvn test} here. */
@Testcontainers
class FlowServiceClientTest {
    // The image has a health check, so nothing has to look at its log.
    @Container
    private static final GenericContainer<?> FLOWMOCK = new GenericContainer<>(DockerImageName.parse("flowmock:latest"))
            .withExposedPorts(8080)
            .waitingFor(Wait.forHealthcheck().withStartupTimeout(Duration.ofSeconds(60)));

    private static final String LANDING_ZONE =
            "{\"name\": \"orders\", \"connectionSpec\": {\"id\": \"10440537-2a7b-4583-ac39-ed38d4b848e8\", \"version\": \"1.0\"}}";

    // Each test has an organisation of its own: one container is enough for all of them.

    @Test
    void createsAConnection() throws Exception {
        assertEquals(201, create("CREATES@AdobeOrg"));
        verify("CREATES@AdobeOrg", 1);
    }

    @Test
    void triesAgainAfterA503() throws Exception {
        String rule = "{\"match\": {\"operation\": \"createConnection\"}, \"times\": 1, \"action\": {\"error\": \"FLOW-1103-503\"}}";
        String organisation = URLEncoder.encode("RETRIES@AdobeOrg", StandardCharsets.UTF_8);
        assertEquals(201, post("/_flowmock/faults?imsOrgId=" + organisation, Map.of(), rule).statusCode());
        assertEquals(201, create("RETRIES@AdobeOrg"));
        verify("RETRIES@AdobeOrg", 2);
    }

    /** The client: creates a connection, and tries again once if the service is overloaded. */
    private static int create(String organisation) throws Exception {
        Map<String, String> headers = Map.of("Authorization", "Bearer token", "x-api-key", "key",
                "x-gw-ims-org-id", organisation, "x-sandbox-name", "prod");
        String path = "/data/foundation/flowservice/connections";
        int status = post(path, headers, LANDING_ZONE).statusCode();
        return status == 503 ? post(path, headers, LANDING_ZONE).statusCode() : status;
    }

    private static void verify(String organisation, int times) throws Exception {
        String expected = "{\"operation\": \"createConnection\", \"imsOrgId\": \"" + organisation + "\", \"times\": {\"exactly\": " + times + "}}";
        String answer = post("/_flowmock/verify", Map.of(), expected).body();
        assertTrue(answer.startsWith("{\"passed\":true"), answer);
    }

    private static HttpResponse<String> post(String path, Map<String, String> headers, String body) throws Exception {
        URI uri = URI.create("http://" + FLOWMOCK.getHost() + ":" + FLOWMOCK.getMappedPort(8080) + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body));
        request.setHeader("Content-Type", "application/json");
        headers.forEach(request::setHeader);
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }
}
