#!/usr/bin/env bash
# A switchback over Temporal's HTTP API, with curl and jq: starts it, or follows the one that is going on; approves it
# where it asks; ends as it ends. After any error run it again: it finds the same run.
#
#   REASON=INC-123 ./switchback.sh PROJECT SERVICE [APPROVER]
#
# PROJECT, SERVICE and APPROVER may be variables, too. Without an approver it shows what to send, and waits.
# SWITCHBACK_INPUT takes more fields of the input: '{"mode":"rehearse"}'. The server is TEMPORAL_HTTP_URL.
# Exit code: 0 the run ended well; 1 it failed; 2 it could not be started, or asked: what is said is then not its end.
set -euo pipefail

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s\n' "$*" >&2
  exit 2
}

project=${1:-${PROJECT:-}} service=${2:-${SERVICE:-}} approver=${3:-${APPROVER:-}} reason=${REASON:-}
[[ -n $project && -n $service && -n $reason ]] || fail "usage: REASON=INC-123 $0 PROJECT SERVICE [APPROVER]"
for tool in curl jq; do command -v "$tool" >/dev/null || fail "$tool is needed, and is not on the PATH"; done

# The canonical id: Temporal itself refuses a second run of the pair.
id="switchback.$project.$service"
run="${TEMPORAL_HTTP_URL:-http://localhost:7243}/api/v1/namespaces/${TEMPORAL_NAMESPACE:-default}/workflows/$id"

# METHOD PATH [BODY [SECONDS]]: sets $answer and its $code, which is 000 when there was none in time.
ask() {
  answer=$(curl --silent --request "$1" --header 'Content-Type: application/json' ${3:+--data "$3"} \
    --max-time "${4:-60}" --write-out '\n%{http_code} %{errormsg}' "$run$2") || [[ $? == 28 ]] ||
    fail "No answer from $run: ${answer##*$'\n'000 }"
  code=${answer##*$'\n'} code=${code:0:3} answer=${answer%$'\n'*}
}
must() {
  ask "$@"
  [[ $code == 200 ]] || fail "$1 $run$2 was answered with $code: $answer"
}

# NAME PAYLOAD: sends an update, and sets $answer to what the run says. What the run refuses is the end.
tell() {
  must POST "/update/$1" "$(jq -n --argjson payload "$2" '{
    request: { meta: { identity: "switchback.sh" }, input: { args: [$payload] } },
    waitPolicy: { lifecycleStage: "UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED" }
  }')"
  jq -e .outcome.success <<<"$answer" >/dev/null ||
    fail "The run refused $1: $(jq -r '.outcome.failure.message // "no answer in time"' <<<"$answer")"
}

# Says what is new, and approves the plan that is shown, where somebody is to.
said=
look() {
  local status news approval
  ask POST /query/status '{}'
  # A worker restarts, or somebody else asks at the same moment: the run itself is not touched by that.
  [[ $code == 200 ]] || {
    say "No status now ($code): $answer"
    return 0
  }
  status=$(jq -c '.queryResult[0]' <<<"$answer")
  news=$(jq -r '"\(.phase): \(.headline)", (.answers[]? | "  \(.does): \(.command)")' <<<"$status")
  [[ $news == "$said" ]] || say "$news"
  said=$news
  [[ -n $approver ]] || return 0
  # The payload holds the fingerprint of the state that was shown: it approves no other.
  approval=$(jq -c --arg by "$approver" --arg reason "$reason" \
    '.answers[]? | select(.update == "approve") | .payload + { $by, $reason }' <<<"$status")
  [[ -n $approval ]] || return 0
  tell approve "$approval"
  say "approved: $(jq -r '.outcome.success[0] | "\(.by), fingerprint \(.fingerprint)"' <<<"$answer")"
}

# Whether the run has ended; $answer then holds its last event. Temporal keeps the question until there is one.
ended() {
  ask GET '/history?waitNewEvent=true&historyEventFilterType=HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT' '' 1
  [[ $code == 200 || $code == 000 ]] || fail "The history of $id was answered with $code: $answer"
  [[ $code == 200 ]] && jq -e '.history.events[0]' <<<"$answer" >/dev/null
}

input=$(jq -n --arg project "$project" --arg service "$service" --arg reason "$reason" \
  --arg requestedBy "${REQUESTED_BY:-$(id -un)}" --argjson more "${SWITCHBACK_INPUT:-null}" \
  '{ $project, $service, $reason, $requestedBy } + $more')
ask POST '' "$(jq -n --argjson input "$input" --arg queue "${SWITCHBACK_TASK_QUEUE:-switchback}" '{
  workflowType: { name: "switchbackWorkflow" }, taskQueue: { name: $queue }, input: [$input],
  userMetadata: { summary: "switchback of \($input.project)/\($input.service)" }
}')"
case $code in
  200) say "Started $id." ;;
  409)
    say "Following $id, which is going on already."
    tell attach "$input"
    jq -r '.outcome.success[0].differences[]? | "It is not as you asked: \(.)"' <<<"$answer"
    ;;
  *) fail "Temporal did not start it ($code): $answer" ;;
esac

until ended; do look; done

# The report is the result of a good run, and the first detail of the failure of a bad one.
jq -r '.history.events[0] |
  (.workflowExecutionCompletedEventAttributes.result[0]?
    // .workflowExecutionFailedEventAttributes.failure.applicationFailureInfo.details[0]?
    // { outcome: "no report", headline: .eventType, next: "Read both services before anything else." }) |
  "\(.outcome)\(if .code then " (\(.code))" else "" end): \(.headline)", "next: \(.next)"' <<<"$answer"
jq -e '.history.events[0].eventType == "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED"' <<<"$answer" >/dev/null
