package example;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A small client of the Flow Service: creates, lists, renames. It is what the tests beside it test. */
public final class FlowServiceClient {
    private static final int TRIES = 3;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String baseUrl;
    private final Map<String, String> headers;
    private final Duration pause;

    /**
     * @param baseUrl the address of the service, which ends with {@code /data/foundation/flowservice}
     * @param headers those that every call needs
     * @param pause the time before the second try of a call
     */
    public FlowServiceClient(String baseUrl, Map<String, String> headers, Duration pause) {
        this.baseUrl = baseUrl;
        this.headers = headers;
        this.pause = pause;
    }

    /** Creates a connection to a landing zone and returns its id. */
    public String create(String name) throws IOException, InterruptedException {
        String spec = "{\"id\": \"10440537-2a7b-4583-ac39-ed38d4b848e8\", \"version\": \"1.0\"}";
        String body = "{\"name\": " + quoted(name) + ", \"connectionSpec\": " + spec + "}";
        return texts(call("POST", "/connections", body, Map.of()), "id").get(0);
    }

    /** The names of all connections, read page by page. */
    public List<String> names(int pageSize) throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        String path = "/connections?property=name&limit=" + pageSize; // of each connection only its name
        while (path != null) {
            String page = call("GET", path, null, Map.of());
            names.addAll(texts(page, "name"));
            List<String> next = texts(page, "href");
            path = next.isEmpty() ? null : next.get(0).replaceFirst("^.*/flowservice", "");
        }
        return names;
    }

    /** Renames a connection; if somebody else changes it meanwhile, tries again with the new version. */
    public void rename(String id, String name) throws IOException, InterruptedException {
        String patch = "[{\"op\": \"replace\", \"path\": \"/name\", \"value\": " + quoted(name) + "}]";
        for (int attempt = 1; ; attempt++) {
            String connection = call("GET", "/connections/" + id, null, Map.of());
            try {
                call("PATCH", "/connections/" + id, patch, Map.of("If-Match", texts(connection, "etag").get(0)));
                return;
            } catch (Refused refused) {
                if (refused.status != 412 || attempt == TRIES) throw refused;
            }
        }
    }

    /** The service refused a call. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        /** The status of the answer. */
        public final int status;

        Refused(int status, String body) {
            super(status + ": " + body);
            this.status = status;
        }
    }

    // The service is overloaded now and then: three tries, with a pause that grows.
    private String call(String method, String path, String body, Map<String, String> more)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(baseUrl + path));
        headers.forEach(request::setHeader);
        more.forEach(request::setHeader);
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.method(method, HttpRequest.BodyPublishers.ofString(body));
            request.setHeader("Content-Type", "application/json");
        }
        for (int attempt = 1; ; attempt++) {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() < 300) return response.body();
            if (response.statusCode() != 503 || attempt == TRIES) {
                throw new Refused(response.statusCode(), response.body());
            }
            Thread.sleep(pause.toMillis() << (attempt - 1));
        }
    }

    // The JDK has no JSON. A real client uses a library; this one looks for members with a text.
    private static List<String> texts(String json, String member) {
        Matcher matcher = Pattern.compile("\"" + member + "\":\"((?:[^\"\\\\]++|\\\\.)*+)\"").matcher(json);
        List<String> texts = new ArrayList<>();
        while (matcher.find()) {
            texts.add(matcher.group(1).replaceAll("\\\\(.)", "$1"));
        }
        return texts;
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
