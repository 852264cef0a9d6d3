
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'flowmock' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'flowmock'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'flowmock' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address to listen on; port 0 picks a free one')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Serve TLS with the certificate chain in this PEM file')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'Private key of the certificate: PEM, not encrypted')
            [CompletionResult]::new('--tls-self-signed', '--tls-self-signed', [CompletionResultType]::ParameterName, 'Serve TLS with a CA and a certificate that are generated in this folder and reused later')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Host name or IP address in the certificate of --tls-self-signed; repeatable')
            [CompletionResult]::new('--fixtures', '--fixtures', [CompletionResultType]::ParameterName, 'Folder of fixtures: connection-specs/*.json, sources/ with the data that explore shows, and configs/*.json')
            [CompletionResult]::new('--faults-file', '--faults-file', [CompletionResultType]::ParameterName, 'JSON file of fault rules to start with')
            [CompletionResult]::new('--auth', '--auth', [CompletionResultType]::ParameterName, 'Bearer tokens to accept')
            [CompletionResult]::new('--token-lifetime', '--token-lifetime', [CompletionResultType]::ParameterName, 'Lifetime of issued tokens, in seconds; 0 issues expired ones')
            [CompletionResult]::new('--allow-api-key', '--allow-api-key', [CompletionResultType]::ParameterName, 'Accept this x-api-key and refuse unlisted ones with 403 (403003); repeatable, or comma-separated')
            [CompletionResult]::new('--allow-organisation', '--allow-organisation', [CompletionResultType]::ParameterName, 'Accept this organisation and refuse unlisted ones with 403 (403025); repeatable, or comma-separated')
            [CompletionResult]::new('--allow-sandbox', '--allow-sandbox', [CompletionResultType]::ParameterName, 'Accept this sandbox, in every organisation or in one, and refuse unlisted ones with 404 (FLOW-2100-404); repeatable, or comma-separated')
            [CompletionResult]::new('--default-sandbox', '--default-sandbox', [CompletionResultType]::ParameterName, 'Take calls without x-sandbox-name as calls of this sandbox, as some documented ones mean prod')
            [CompletionResult]::new('--control', '--control', [CompletionResultType]::ParameterName, 'Serve flowmock''s own calls, below /_flowmock; /_flowmock/health is always served')
            [CompletionResult]::new('--ui', '--ui', [CompletionResultType]::ParameterName, 'Serve the page at /_flowmock/ui, which shows requests, state, faults and contract reports in a browser')
            [CompletionResult]::new('--control-token', '--control-token', [CompletionResultType]::ParameterName, 'Require this token for flowmock''s own calls, as Authorization: Bearer TOKEN or x-flowmock-control-token: TOKEN')
            [CompletionResult]::new('--inlet-url', '--inlet-url', [CompletionResultType]::ParameterName, 'Where the inletUrl of streaming connections (HTTP API) points: documented, local or a base URL')
            [CompletionResult]::new('--allow-host', '--allow-host', [CompletionResultType]::ParameterName, 'Serve requests for this host name too; repeatable, or comma-separated. * allows every name')
            [CompletionResult]::new('--max-body-bytes', '--max-body-bytes', [CompletionResultType]::ParameterName, 'Largest request body, in bytes; a larger one is a 413')
            [CompletionResult]::new('--max-header-bytes', '--max-header-bytes', [CompletionResultType]::ParameterName, 'Largest request head, in bytes, at least 8192; a larger one is a 431')
            [CompletionResult]::new('--max-query-bytes', '--max-query-bytes', [CompletionResultType]::ParameterName, 'Longest query string, in bytes; a longer one is a 414')
            [CompletionResult]::new('--max-connections-per-sandbox', '--max-connections-per-sandbox', [CompletionResultType]::ParameterName, 'Largest number of connections in a sandbox; creating another is a 403')
            [CompletionResult]::new('--max-open-connections', '--max-open-connections', [CompletionResultType]::ParameterName, 'Largest number of open TCP connections; more wait. 0 means seven eighths of the open-file limit')
            [CompletionResult]::new('--header-read-timeout-ms', '--header-read-timeout-ms', [CompletionResultType]::ParameterName, 'Time that a connection may be idle, or take to send a request head, in milliseconds')
            [CompletionResult]::new('--request-timeout-ms', '--request-timeout-ms', [CompletionResultType]::ParameterName, 'Time that a request may take, including its body, in milliseconds; a slower one is a 408')
            [CompletionResult]::new('--drain-timeout-ms', '--drain-timeout-ms', [CompletionResultType]::ParameterName, 'Time for requests in flight to finish after SIGTERM or ctrl-C, in milliseconds')
            [CompletionResult]::new('--journal-requests', '--journal-requests', [CompletionResultType]::ParameterName, 'Number of latest requests and responses that the journal keeps; 0 turns it off')
            [CompletionResult]::new('--journal-max-bytes', '--journal-max-bytes', [CompletionResultType]::ParameterName, 'Largest memory of the journal, in bytes; the oldest requests are dropped first')
            [CompletionResult]::new('--journal-max-body-bytes', '--journal-max-body-bytes', [CompletionResultType]::ParameterName, 'Longest part of a body that the journal keeps, in bytes')
            [CompletionResult]::new('--inlet-messages', '--inlet-messages', [CompletionResultType]::ParameterName, 'Number of latest messages that each inlet keeps, for GET /_flowmock/inlets/{id}/messages; 0 keeps none')
            [CompletionResult]::new('--inlet-max-bytes', '--inlet-max-bytes', [CompletionResultType]::ParameterName, 'Largest memory of the messages of all inlets, in bytes; the oldest are dropped first')
            [CompletionResult]::new('--notification-url', '--notification-url', [CompletionResultType]::ParameterName, 'Send notifications of the runs of every sandbox to this webhook (http://HOST:PORT/PATH); repeatable, or comma-separated')
            [CompletionResult]::new('--allow-notification-host', '--allow-notification-host', [CompletionResultType]::ParameterName, 'Let notifications be sent to this host too, a name or an IP address; repeatable, or comma-separated. * allows every host')
            [CompletionResult]::new('--notification-log', '--notification-log', [CompletionResultType]::ParameterName, 'Number of latest notifications that are kept, for GET /_flowmock/notifications; 0 keeps none')
            [CompletionResult]::new('--notification-max-bytes', '--notification-max-bytes', [CompletionResultType]::ParameterName, 'Largest memory of the notifications that are kept, in bytes; the oldest are dropped first')
            [CompletionResult]::new('--contract', '--contract', [CompletionResultType]::ParameterName, 'Check requests against the API''s rules in the background, for contract reports')
            [CompletionResult]::new('--contract-rule', '--contract-rule', [CompletionResultType]::ParameterName, 'Turn off a contract rule, or change its severity; repeatable')
            [CompletionResult]::new('--seed-file', '--seed-file', [CompletionResultType]::ParameterName, 'Seed document (JSON or YAML) to start with, or a folder of them; repeatable')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Folder or Redis in which the state lasts')
            [CompletionResult]::new('--state-sync', '--state-sync', [CompletionResultType]::ParameterName, 'When a change is on the disk of --state')
            [CompletionResult]::new('--state-key', '--state-key', [CompletionResultType]::ParameterName, 'The beginning of the names of all keys in Redis: servers with one Redis and one key share a state')
            [CompletionResult]::new('--state-reads', '--state-reads', [CompletionResultType]::ParameterName, 'How up to date reads of a state in Redis are')
            [CompletionResult]::new('--replica', '--replica', [CompletionResultType]::ParameterName, 'The name of this server among those that share a state [default: made from the machine''s name]')
            [CompletionResult]::new('--max-state-bytes', '--max-state-bytes', [CompletionResultType]::ParameterName, 'Largest document for POST and PUT /_flowmock/state, in bytes')
            [CompletionResult]::new('--max-pending-bytes', '--max-pending-bytes', [CompletionResultType]::ParameterName, 'Largest memory for request bodies and responses over 64 KiB that are not dealt with yet, over all connections, in bytes')
            [CompletionResult]::new('--deterministic', '--deterministic', [CompletionResultType]::ParameterName, 'Derive ids, etags, request ids and tokens from this seed: the same requests get the same bytes')
            [CompletionResult]::new('--clock', '--clock', [CompletionResultType]::ParameterName, 'Stop the clock at this time, such as 2026-01-01T00:00:00Z; PUT /_flowmock/clock sets or advances it')
            [CompletionResult]::new('--run-duration-ms', '--run-duration-ms', [CompletionResultType]::ParameterName, 'Time that a run of a flow takes unless a test says otherwise, in milliseconds; with 0, runs are over when they begin')
            [CompletionResult]::new('--worker-threads', '--worker-threads', [CompletionResultType]::ParameterName, 'Number of threads that serve requests; 0 means one for each core')
            [CompletionResult]::new('--port-file', '--port-file', [CompletionResultType]::ParameterName, 'Write the address to this file once the server listens, as a line of JSON')
            [CompletionResult]::new('--parent-pid', '--parent-pid', [CompletionResultType]::ParameterName, 'Stop when the process with this id is gone; not on Windows')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What to log to standard error; info logs a line for each request')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'Form of the log')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append the log to this file instead of writing it to standard error')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Refuse placeholders such as {ACCOUNT_NAME} in ATS connection strings, and organisation ids other than <id>@AdobeOrg')
            [CompletionResult]::new('--check-references', '--check-references', [CompletionResultType]::ParameterName, 'Check references to other services: a schema, data set or mapping set that is named must exist')
            [CompletionResult]::new('--check-token-kinds', '--check-token-kinds', [CompletionResultType]::ParameterName, 'Refuse tokens known to be a user''s in calls that only services make: FLOW-1426-400, FLOW-1427-400')
            [CompletionResult]::new('--cors', '--cors', [CompletionResultType]::ParameterName, 'Allow web pages of any origin to call the API (CORS)')
            [CompletionResult]::new('--cors-control', '--cors-control', [CompletionResultType]::ParameterName, 'Allow web pages of any origin to make flowmock''s own calls too: to read and change everything')
            [CompletionResult]::new('--journal-secrets', '--journal-secrets', [CompletionResultType]::ParameterName, 'Show credentials in the journal, instead of [redacted]')
            [CompletionResult]::new('--contract-headers', '--contract-headers', [CompletionResultType]::ParameterName, 'List the rules that a request broke in its response, as x-flowmock-violations, and in the log')
            [CompletionResult]::new('--stop-with-stdin', '--stop-with-stdin', [CompletionResultType]::ParameterName, 'Stop when standard input ends, as when the program that started the server is gone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('healthcheck', 'healthcheck', [CompletionResultType]::ParameterValue, 'Check that a server is up: exit code 0 if so, 1 if not')
            [CompletionResult]::new('contract', 'contract', [CompletionResultType]::ParameterValue, 'Report the API rules that clients of a running server broke, and fail if there are any')
            [CompletionResult]::new('pact', 'pact', [CompletionResultType]::ParameterValue, 'Write the requests of a client as a Pact file')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Ask a running server whether the expected requests arrived, and fail if they did not')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'flowmock;healthcheck' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address to listen on; port 0 picks a free one')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Serve TLS with the certificate chain in this PEM file')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'Private key of the certificate: PEM, not encrypted')
            [CompletionResult]::new('--tls-self-signed', '--tls-self-signed', [CompletionResultType]::ParameterName, 'Serve TLS with a CA and a certificate that are generated in this folder and reused later')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Host name or IP address in the certificate of --tls-self-signed; repeatable')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'flowmock;contract' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the report')
            [CompletionResult]::new('--consumer', '--consumer', [CompletionResultType]::ParameterName, 'Report on this consumer only: its x-flowmock-consumer, or its API key and the product in its User-Agent')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Lowest severity of a broken rule that makes the exit code 1')
            [CompletionResult]::new('--min-coverage', '--min-coverage', [CompletionResultType]::ParameterName, 'Required coverage of each consumer, in percent: the share of documented outcomes that it met, of the calls it made')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the report to this file, completely or not at all, instead of standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the text; auto means on a terminal, unless NO_COLOR is set')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'URL of the running server, such as http://127.0.0.1:8080')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'PEM file of the CA of an https URL, such as flowmock-ca.pem in the folder of --tls-self-signed')
            [CompletionResult]::new('--control-token', '--control-token', [CompletionResultType]::ParameterName, 'Control token of the server, if it has one')
            [CompletionResult]::new('--timeout-ms', '--timeout-ms', [CompletionResultType]::ParameterName, 'Time that the server may take to answer, in milliseconds')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address to listen on; port 0 picks a free one')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Serve TLS with the certificate chain in this PEM file')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'Private key of the certificate: PEM, not encrypted')
            [CompletionResult]::new('--tls-self-signed', '--tls-self-signed', [CompletionResultType]::ParameterName, 'Serve TLS with a CA and a certificate that are generated in this folder and reused later')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Host name or IP address in the certificate of --tls-self-signed; repeatable')
            [CompletionResult]::new('--full', '--full', [CompletionResultType]::ParameterName, 'List every outcome that was never met, and how to meet it, even for consumers with enough coverage')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'flowmock;pact' {
            [CompletionResult]::new('--consumer', '--consumer', [CompletionResultType]::ParameterName, 'The consumer: its x-flowmock-consumer, or its API key and the product in its User-Agent')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this file, completely or not at all, instead of standard output')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'URL of the running server, such as http://127.0.0.1:8080')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'PEM file of the CA of an https URL, such as flowmock-ca.pem in the folder of --tls-self-signed')
            [CompletionResult]::new('--control-token', '--control-token', [CompletionResultType]::ParameterName, 'Control token of the server, if it has one')
            [CompletionResult]::new('--timeout-ms', '--timeout-ms', [CompletionResultType]::ParameterName, 'Time that the server may take to answer, in milliseconds')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address to listen on; port 0 picks a free one')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Serve TLS with the certificate chain in this PEM file')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'Private key of the certificate: PEM, not encrypted')
            [CompletionResult]::new('--tls-self-signed', '--tls-self-signed', [CompletionResultType]::ParameterName, 'Serve TLS with a CA and a certificate that are generated in this folder and reused later')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Host name or IP address in the certificate of --tls-self-signed; repeatable')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'flowmock;verify' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'URL of the running server, such as http://127.0.0.1:8080')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'PEM file of the CA of an https URL, such as flowmock-ca.pem in the folder of --tls-self-signed')
            [CompletionResult]::new('--control-token', '--control-token', [CompletionResultType]::ParameterName, 'Control token of the server, if it has one')
            [CompletionResult]::new('--timeout-ms', '--timeout-ms', [CompletionResultType]::ParameterName, 'Time that the server may take to answer, in milliseconds')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address to listen on; port 0 picks a free one')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Serve TLS with the certificate chain in this PEM file')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'Private key of the certificate: PEM, not encrypted')
            [CompletionResult]::new('--tls-self-signed', '--tls-self-signed', [CompletionResultType]::ParameterName, 'Serve TLS with a CA and a certificate that are generated in this folder and reused later')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Host name or IP address in the certificate of --tls-self-signed; repeatable')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'flowmock;help' {
            [CompletionResult]::new('healthcheck', 'healthcheck', [CompletionResultType]::ParameterValue, 'Check that a server is up: exit code 0 if so, 1 if not')
            [CompletionResult]::new('contract', 'contract', [CompletionResultType]::ParameterValue, 'Report the API rules that clients of a running server broke, and fail if there are any')
            [CompletionResult]::new('pact', 'pact', [CompletionResultType]::ParameterValue, 'Write the requests of a client as a Pact file')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Ask a running server whether the expected requests arrived, and fail if they did not')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'flowmock;help;healthcheck' {
            break
        }
        'flowmock;help;contract' {
            break
        }
        'flowmock;help;pact' {
            break
        }
        'flowmock;help;verify' {
            break
        }
        'flowmock;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
