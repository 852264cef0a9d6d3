# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_flowmock_global_optspecs
    string join \n listen= tls-cert= tls-key= tls-self-signed= tls-name= fixtures= faults-file= strict check-references auth= check-token-kinds token-lifetime= allow-api-key= allow-organisation= allow-sandbox= default-sandbox= control= ui= control-token= inlet-url= cors cors-control allow-host= max-body-bytes= max-header-bytes= max-query-bytes= max-connections-per-sandbox= max-open-connections= header-read-timeout-ms= request-timeout-ms= drain-timeout-ms= journal-requests= journal-max-bytes= journal-max-body-bytes= inlet-messages= inlet-max-bytes= notification-url= allow-notification-host= notification-log= notification-max-bytes= journal-secrets contract= contract-rule= contract-headers seed-file= state= state-sync= state-key= state-reads= replica= max-state-bytes= max-pending-bytes= deterministic= clock= run-duration-ms= worker-threads= port-file= stop-with-stdin parent-pid= log-level= log-format= log-file= h/help V/version
end

function __fish_flowmock_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_flowmock_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_flowmock_using_subcommand
    set -l cmd (__fish_flowmock_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c flowmock -n "__fish_flowmock_needs_command" -l listen -d 'Address to listen on; port 0 picks a free one' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l tls-cert -d 'Serve TLS with the certificate chain in this PEM file' -r -F
complete -c flowmock -n "__fish_flowmock_needs_command" -l tls-key -d 'Private key of the certificate: PEM, not encrypted' -r -F
complete -c flowmock -n "__fish_flowmock_needs_command" -l tls-self-signed -d 'Serve TLS with a CA and a certificate that are generated in this folder and reused later' -r -F
complete -c flowmock -n "__fish_flowmock_needs_command" -l tls-name -d 'Host name or IP address in the certificate of --tls-self-signed; repeatable' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l fixtures -d 'Folder of fixtures: connection-specs/*.json, sources/ with the data that explore shows, and configs/*.json' -r -F
complete -c flowmock -n "__fish_flowmock_needs_command" -l faults-file -d 'JSON file of fault rules to start with' -r -F
complete -c flowmock -n "__fish_flowmock_needs_command" -l auth -d 'Bearer tokens to accept' -r -f -a "any\t'Any token that is not empty'
issued\t'Tokens that this server issued, until they expire, for the x-api-key and organisation that they were issued for'"
complete -c flowmock -n "__fish_flowmock_needs_command" -l token-lifetime -d 'Lifetime of issued tokens, in seconds; 0 issues expired ones' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l allow-api-key -d 'Accept this x-api-key and refuse unlisted ones with 403 (403003); repeatable, or comma-separated' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l allow-organisation -d 'Accept this organisation and refuse unlisted ones with 403 (403025); repeatable, or comma-separated' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l allow-sandbox -d 'Accept this sandbox, in every organisation or in one, and refuse unlisted ones with 404 (FLOW-2100-404); repeatable, or comma-separated' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l default-sandbox -d 'Take calls without x-sandbox-name as calls of this sandbox, as some documented ones mean prod' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l control -d 'Serve flowmock\'s own calls, below /_flowmock; /_flowmock/health is always served' -r -f -a "on\t''
off\t''"
complete -c flowmock -n "__fish_flowmock_needs_command" -l ui -d 'Serve the page at /_flowmock/ui, which shows requests, state, faults and contract reports in a browser' -r -f -a "on\t''
off\t''"
complete -c flowmock -n "__fish_flowmock_needs_command" -l control-token -d 'Require this token for flowmock\'s own calls, as Authorization: Bearer TOKEN or x-flowmock-control-token: TOKEN' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l inlet-url -d 'Where the inletUrl of streaming connections (HTTP API) points: documented, local or a base URL' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l allow-host -d 'Serve requests for this host name too; repeatable, or comma-separated. * allows every name' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l max-body-bytes -d 'Largest request body, in bytes; a larger one is a 413' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l max-header-bytes -d 'Largest request head, in bytes, at least 8192; a larger one is a 431' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l max-query-bytes -d 'Longest query string, in bytes; a longer one is a 414' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l max-connections-per-sandbox -d 'Largest number of connections in a sandbox; creating another is a 403' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l max-open-connections -d 'Largest number of open TCP connections; more wait. 0 means seven eighths of the open-file limit' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l header-read-timeout-ms -d 'Time that a connection may be idle, or take to send a request head, in milliseconds' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l request-timeout-ms -d 'Time that a request may take, including its body, in milliseconds; a slower one is a 408' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l drain-timeout-ms -d 'Time for requests in flight to finish after SIGTERM or ctrl-C, in milliseconds' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l journal-requests -d 'Number of latest requests and responses that the journal keeps; 0 turns it off' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l journal-max-bytes -d 'Largest memory of the journal, in bytes; the oldest requests are dropped first' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l journal-max-body-bytes -d 'Longest part of a body that the journal keeps, in bytes' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l inlet-messages -d 'Number of latest messages that each inlet keeps, for GET /_flowmock/inlets/{id}/messages; 0 keeps none' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l inlet-max-bytes -d 'Largest memory of the messages of all inlets, in bytes; the oldest are dropped first' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l notification-url -d 'Send notifications of the runs of every sandbox to this webhook (http://HOST:PORT/PATH); repeatable, or comma-separated' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l allow-notification-host -d 'Let notifications be sent to this host too, a name or an IP address; repeatable, or comma-separated. * allows every host' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l notification-log -d 'Number of latest notifications that are kept, for GET /_flowmock/notifications; 0 keeps none' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l notification-max-bytes -d 'Largest memory of the notifications that are kept, in bytes; the oldest are dropped first' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l contract -d 'Check requests against the API\'s rules in the background, for contract reports' -r -f -a "on\t''
off\t''"
complete -c flowmock -n "__fish_flowmock_needs_command" -l contract-rule -d 'Turn off a contract rule, or change its severity; repeatable' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l seed-file -d 'Seed document (JSON or YAML) to start with, or a folder of them; repeatable' -r -F
complete -c flowmock -n "__fish_flowmock_needs_command" -l state -d 'Folder or Redis in which the state lasts' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l state-sync -d 'When a change is on the disk of --state' -r -f -a "always\t'Before the change is answered'
interval\t'Within a second'
never\t'When the system writes it'"
complete -c flowmock -n "__fish_flowmock_needs_command" -l state-key -d 'The beginning of the names of all keys in Redis: servers with one Redis and one key share a state' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l state-reads -d 'How up to date reads of a state in Redis are' -r -f -a "current\t'They show everything that any server answered before; they need Redis'
local\t'They do not ask Redis, and may be some 50 ms behind other servers'"
complete -c flowmock -n "__fish_flowmock_needs_command" -l replica -d 'The name of this server among those that share a state [default: made from the machine\'s name]' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l max-state-bytes -d 'Largest document for POST and PUT /_flowmock/state, in bytes' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l max-pending-bytes -d 'Largest memory for request bodies and responses over 64 KiB that are not dealt with yet, over all connections, in bytes' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l deterministic -d 'Derive ids, etags, request ids and tokens from this seed: the same requests get the same bytes' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l clock -d 'Stop the clock at this time, such as 2026-01-01T00:00:00Z; PUT /_flowmock/clock sets or advances it' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l run-duration-ms -d 'Time that a run of a flow takes unless a test says otherwise, in milliseconds; with 0, runs are over when they begin' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l worker-threads -d 'Number of threads that serve requests; 0 means one for each core' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l port-file -d 'Write the address to this file once the server listens, as a line of JSON' -r -F
complete -c flowmock -n "__fish_flowmock_needs_command" -l parent-pid -d 'Stop when the process with this id is gone; not on Windows' -r
complete -c flowmock -n "__fish_flowmock_needs_command" -l log-level -d 'What to log to standard error; info logs a line for each request' -r -f -a "off\t''
error\t''
warn\t''
info\t''
debug\t''
trace\t''"
complete -c flowmock -n "__fish_flowmock_needs_command" -l log-format -d 'Form of the log' -r -f -a "pretty\t'Lines of text, coloured on a terminal'
json\t'One JSON object a line'"
complete -c flowmock -n "__fish_flowmock_needs_command" -l log-file -d 'Append the log to this file instead of writing it to standard error' -r -F
complete -c flowmock -n "__fish_flowmock_needs_command" -l strict -d 'Refuse placeholders such as {ACCOUNT_NAME} in ATS connection strings, and organisation ids other than <id>@AdobeOrg'
complete -c flowmock -n "__fish_flowmock_needs_command" -l check-references -d 'Check references to other services: a schema, data set or mapping set that is named must exist'
complete -c flowmock -n "__fish_flowmock_needs_command" -l check-token-kinds -d 'Refuse tokens known to be a user\'s in calls that only services make: FLOW-1426-400, FLOW-1427-400'
complete -c flowmock -n "__fish_flowmock_needs_command" -l cors -d 'Allow web pages of any origin to call the API (CORS)'
complete -c flowmock -n "__fish_flowmock_needs_command" -l cors-control -d 'Allow web pages of any origin to make flowmock\'s own calls too: to read and change everything'
complete -c flowmock -n "__fish_flowmock_needs_command" -l journal-secrets -d 'Show credentials in the journal, instead of [redacted]'
complete -c flowmock -n "__fish_flowmock_needs_command" -l contract-headers -d 'List the rules that a request broke in its response, as x-flowmock-violations, and in the log'
complete -c flowmock -n "__fish_flowmock_needs_command" -l stop-with-stdin -d 'Stop when standard input ends, as when the program that started the server is gone'
complete -c flowmock -n "__fish_flowmock_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowmock -n "__fish_flowmock_needs_command" -s V -l version -d 'Print version'
complete -c flowmock -n "__fish_flowmock_needs_command" -f -a "healthcheck" -d 'Check that a server is up: exit code 0 if so, 1 if not'
complete -c flowmock -n "__fish_flowmock_needs_command" -f -a "contract" -d 'Report the API rules that clients of a running server broke, and fail if there are any'
complete -c flowmock -n "__fish_flowmock_needs_command" -f -a "pact" -d 'Write the requests of a client as a Pact file'
complete -c flowmock -n "__fish_flowmock_needs_command" -f -a "verify" -d 'Ask a running server whether the expected requests arrived, and fail if they did not'
complete -c flowmock -n "__fish_flowmock_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c flowmock -n "__fish_flowmock_using_subcommand healthcheck" -l listen -d 'Address to listen on; port 0 picks a free one' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand healthcheck" -l tls-cert -d 'Serve TLS with the certificate chain in this PEM file' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand healthcheck" -l tls-key -d 'Private key of the certificate: PEM, not encrypted' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand healthcheck" -l tls-self-signed -d 'Serve TLS with a CA and a certificate that are generated in this folder and reused later' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand healthcheck" -l tls-name -d 'Host name or IP address in the certificate of --tls-self-signed; repeatable' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand healthcheck" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l format -d 'Form of the report' -r -f -a "text\t'Text for a terminal, 80 columns wide'
json\t'The server\'s JSON; docs/contract-testing.md describes it'
junit\t'JUnit XML: a case for each rule and each x-flowmock-test'
markdown\t'Markdown for a job summary or a comment, at most 64 KiB'"
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l consumer -d 'Report on this consumer only: its x-flowmock-consumer, or its API key and the product in its User-Agent' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l fail-on -d 'Lowest severity of a broken rule that makes the exit code 1' -r -f -a "error\t'Requests that the real service would refuse or ignore'
warning\t'Also requests that work but are undocumented, deprecated or risky'
never\t'No rule at all'"
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l min-coverage -d 'Required coverage of each consumer, in percent: the share of documented outcomes that it met, of the calls it made' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l output -d 'Write the report to this file, completely or not at all, instead of standard output' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l color -d 'Colour the text; auto means on a terminal, unless NO_COLOR is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l url -d 'URL of the running server, such as http://127.0.0.1:8080' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l ca -d 'PEM file of the CA of an https URL, such as flowmock-ca.pem in the folder of --tls-self-signed' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l control-token -d 'Control token of the server, if it has one' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l timeout-ms -d 'Time that the server may take to answer, in milliseconds' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l listen -d 'Address to listen on; port 0 picks a free one' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l tls-cert -d 'Serve TLS with the certificate chain in this PEM file' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l tls-key -d 'Private key of the certificate: PEM, not encrypted' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l tls-self-signed -d 'Serve TLS with a CA and a certificate that are generated in this folder and reused later' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l tls-name -d 'Host name or IP address in the certificate of --tls-self-signed; repeatable' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -l full -d 'List every outcome that was never met, and how to meet it, even for consumers with enough coverage'
complete -c flowmock -n "__fish_flowmock_using_subcommand contract" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowmock -n "__fish_flowmock_using_subcommand pact" -l consumer -d 'The consumer: its x-flowmock-consumer, or its API key and the product in its User-Agent' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand pact" -l output -d 'Write to this file, completely or not at all, instead of standard output' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand pact" -l url -d 'URL of the running server, such as http://127.0.0.1:8080' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand pact" -l ca -d 'PEM file of the CA of an https URL, such as flowmock-ca.pem in the folder of --tls-self-signed' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand pact" -l control-token -d 'Control token of the server, if it has one' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand pact" -l timeout-ms -d 'Time that the server may take to answer, in milliseconds' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand pact" -l listen -d 'Address to listen on; port 0 picks a free one' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand pact" -l tls-cert -d 'Serve TLS with the certificate chain in this PEM file' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand pact" -l tls-key -d 'Private key of the certificate: PEM, not encrypted' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand pact" -l tls-self-signed -d 'Serve TLS with a CA and a certificate that are generated in this folder and reused later' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand pact" -l tls-name -d 'Host name or IP address in the certificate of --tls-self-signed; repeatable' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand pact" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowmock -n "__fish_flowmock_using_subcommand verify" -l url -d 'URL of the running server, such as http://127.0.0.1:8080' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand verify" -l ca -d 'PEM file of the CA of an https URL, such as flowmock-ca.pem in the folder of --tls-self-signed' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand verify" -l control-token -d 'Control token of the server, if it has one' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand verify" -l timeout-ms -d 'Time that the server may take to answer, in milliseconds' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand verify" -l listen -d 'Address to listen on; port 0 picks a free one' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand verify" -l tls-cert -d 'Serve TLS with the certificate chain in this PEM file' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand verify" -l tls-key -d 'Private key of the certificate: PEM, not encrypted' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand verify" -l tls-self-signed -d 'Serve TLS with a CA and a certificate that are generated in this folder and reused later' -r -F
complete -c flowmock -n "__fish_flowmock_using_subcommand verify" -l tls-name -d 'Host name or IP address in the certificate of --tls-self-signed; repeatable' -r
complete -c flowmock -n "__fish_flowmock_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowmock -n "__fish_flowmock_using_subcommand help; and not __fish_seen_subcommand_from healthcheck contract pact verify help" -f -a "healthcheck" -d 'Check that a server is up: exit code 0 if so, 1 if not'
complete -c flowmock -n "__fish_flowmock_using_subcommand help; and not __fish_seen_subcommand_from healthcheck contract pact verify help" -f -a "contract" -d 'Report the API rules that clients of a running server broke, and fail if there are any'
complete -c flowmock -n "__fish_flowmock_using_subcommand help; and not __fish_seen_subcommand_from healthcheck contract pact verify help" -f -a "pact" -d 'Write the requests of a client as a Pact file'
complete -c flowmock -n "__fish_flowmock_using_subcommand help; and not __fish_seen_subcommand_from healthcheck contract pact verify help" -f -a "verify" -d 'Ask a running server whether the expected requests arrived, and fail if they did not'
complete -c flowmock -n "__fish_flowmock_using_subcommand help; and not __fish_seen_subcommand_from healthcheck contract pact verify help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
