#!/bin/sh
# Greets in the language asked for; English if there is no such greeting.
language=${1:-en}
[ -f "/app/greetings/$language" ] || language=en
echo "$(cat "/app/greetings/$language") I am hello $HELLO_VERSION, built inside a Kubernetes cluster."
