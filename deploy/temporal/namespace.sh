#!/bin/sh
# Creates the namespace and registers the search attributes that the workflow writes. Safe to run again.
# Reads TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, as every command of the Temporal CLI does.
set -eu

attempt=1
until temporal operator cluster health; do
  if [ "$attempt" -ge 30 ]; then
    echo "Temporal at $TEMPORAL_ADDRESS is not healthy" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 2
done

# This one command does not take its namespace from the environment.
temporal operator namespace describe >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d

# One type for each name: the command passes over names that have none, without a word. Attributes that are there are
# no error; a namespace just created takes a moment to be known everywhere.
attempt=1
until temporal operator search-attribute create \
  --name SwitchbackProject --type Keyword \
  --name SwitchbackService --type Keyword \
  --name SwitchbackPhase --type Keyword \
  --name SwitchbackAlarm --type Keyword \
  --name SwitchbackOutcome --type Keyword \
  --name SwitchbackGapSeconds --type Double \
  --name SwitchbackLostRows --type Int; do
  if [ "$attempt" -ge 30 ]; then
    echo "The search attributes could not be registered in $TEMPORAL_NAMESPACE" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 2
done
