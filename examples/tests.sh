#!/bin/sh
# Stands for the tests of your client, in whatever language: it calls the Flow Service at the address in FLOW_SERVICE.
# The headers x-flowmock-consumer and x-flowmock-test, which name client and test in the contract report, are optional.
set -eu

call() { # call TEST PATH [OPTION OF CURL]...
    test=$1 path=$2
    shift 2
    curl --silent --show-error --fail-with-body "$FLOW_SERVICE$path" "$@" \
        -H 'Authorization: Bearer token' -H 'x-api-key: key' -H 'x-gw-ims-org-id: ACME@AdobeOrg' -H 'x-sandbox-name: dev' \
        -H 'x-flowmock-consumer: importer' -H "x-flowmock-test: $test"
}

call 'creates a connection' /connections -H 'Content-Type: application/json' -d '{
    "name": "orders",
    "connectionSpec": {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8", "version": "1.0"}
}' | grep -q '"etag"'
call 'finds it in the list' '/connections?limit=5' | grep -q '"orders"'
call 'finds what was seeded' '/connections?limit=5' | grep -q '"landing zone"'
echo '3 tests passed'
