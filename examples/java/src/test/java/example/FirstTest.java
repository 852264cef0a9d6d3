package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import example.FlowMockExtension.FlowMock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FlowMockExtension.class) // a server for all test classes
class FirstTest {
    @Test
    void listsConnections(FlowMock mock) throws Exception { // an organisation for this test
        FlowServiceClient client = new FlowServiceClient(mock.baseUrl(), mock.headers(), Duration.ofSeconds(1));
        assertEquals(List.of(), client.names(100));
    }
}
