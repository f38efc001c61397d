#!/bin/sh
# Starts the server with the database password from its secret file: its configuration knows the variable only.
set -eu

POSTGRES_PWD=$(cat "$POSTGRES_PASSWORD_FILE")
export POSTGRES_PWD

exec /etc/temporal/entrypoint.sh
