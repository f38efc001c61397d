#!/bin/sh
# Creates Temporal's two databases and brings their schemas up to the version of this image. Safe to run again: that
# is how an upgrade is done.
set -eu

SQL_PASSWORD=$(cat "$SQL_PASSWORD_FILE")
export SQL_PASSWORD # and not an argument, which every process list shows

schemas=/etc/temporal/schema/postgresql/v12

sql_tool() {
  temporal-sql-tool --plugin postgres12 --endpoint "$SQL_HOST" --port 5432 --user "$SQL_USER" "$@"
}

set_up() {
  sql_tool --database "$1" create
  sql_tool --database "$1" setup-schema --version 0.0
  sql_tool --database "$1" update-schema --schema-dir "$2"
}

set_up temporal "$schemas/temporal/versioned"
set_up temporal_visibility "$schemas/visibility/versioned"
