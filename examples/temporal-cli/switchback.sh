#!/usr/bin/env bash
# A switchback with the `temporal` command and jq: starts it, or follows the one that is going on; approves it where it
# asks; ends as it ends. After any error run it again: it finds the same run.
#
#   REASON=INC-123 ./switchback.sh PROJECT SERVICE [APPROVER]
#
# PROJECT, SERVICE and APPROVER may be variables, too. Without an approver it shows what to send, and waits.
# SWITCHBACK_INPUT takes more fields of the input: '{"mode":"rehearse"}'. The server is TEMPORAL_ADDRESS.
# Exit code: 0 the run ended well; 1 it failed; 2 it could not be started, or asked: what is said is then not its end.
set -euo pipefail

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s\n' "$*" >&2
  exit 2
}

project=${1:-${PROJECT:-}} service=${2:-${SERVICE:-}} approver=${3:-${APPROVER:-}} reason=${REASON:-}
[[ -n $project && -n $service && -n $reason ]] || fail "usage: REASON=INC-123 $0 PROJECT SERVICE [APPROVER]"
for tool in temporal jq; do command -v "$tool" >/dev/null || fail "$tool is needed, and is not on the PATH"; done

# The canonical id: Temporal itself refuses a second run of the pair.
id="switchback.$project.$service"

# COMMAND [OPTIONS]: `temporal workflow COMMAND` for this run, as JSON. Its errors are on the screen, and the end.
temporal_run() { temporal workflow "$@" --workflow-id "$id" --output json || exit 2; }
# NAME PAYLOAD: sends an update; prints what the run answers.
tell() { temporal_run update execute --name "$1" --input "$2"; }

# Says what is new, and approves the plan that is shown, where somebody is to.
said=
look() {
  local status news approval answer
  # Asked first: what the run says after its end is its last word.
  state=$(temporal_run describe | jq -r .workflowExecutionInfo.status)
  # A worker restarts, or somebody else asks at the same moment: the run itself is not touched by that.
  status=$(temporal_run query --type status | jq -c '.queryResult[0]') || return 0
  news=$(jq -r '"\(.phase): \(.headline)", (.answers[]? | "  \(.does): \(.command)")' <<<"$status")
  [[ $news == "$said" ]] || say "$news"
  said=$news
  [[ -n $approver ]] || return 0
  # The payload holds the fingerprint of the state that was shown: it approves no other.
  approval=$(jq -c --arg by "$approver" --arg reason "$reason" \
    '.answers[]? | select(.update == "approve") | .payload + { $by, $reason }' <<<"$status")
  [[ -n $approval ]] || return 0
  answer=$(tell approve "$approval")
  say "approved: $(jq -r '.result | "\(.by), fingerprint \(.fingerprint)"' <<<"$answer")"
}

input=$(jq -n --arg project "$project" --arg service "$service" --arg reason "$reason" \
  --arg requestedBy "${REQUESTED_BY:-$(id -un)}" --argjson more "${SWITCHBACK_INPUT:-null}" \
  '{ $project, $service, $reason, $requestedBy } + $more')
# Without --fail-existing the command would show the other run, and drop the input without a word.
if refusal=$(temporal workflow start --type switchbackWorkflow --task-queue "${SWITCHBACK_TASK_QUEUE:-switchback}" \
  --workflow-id "$id" --fail-existing --static-summary "switchback of $project/$service" \
  --input "$input" 2>&1 >/dev/null); then
  say "Started $id."
elif [[ $refusal == *'already running'* ]]; then
  say "Following $id, which is going on already."
  answer=$(tell attach "$input")
  jq -r '.result.differences[]? | "It is not as you asked: \(.)"' <<<"$answer"
else
  fail "$refusal"
fi

look
while [[ $state == WORKFLOW_EXECUTION_STATUS_RUNNING ]]; do
  sleep 1
  look
done

# The report is the result of a good run, and the first detail of the failure of a bad one.
good=0
end=$(temporal workflow result --workflow-id "$id" --output json 2>/dev/null) || good=1
jq -r '.closeEvent |
  (.workflowExecutionCompletedEventAttributes.result[0]?
    // .workflowExecutionFailedEventAttributes.failure.applicationFailureInfo.details[0]?
    // { outcome: "no report", headline: .eventType, next: "Read both services before anything else." }) |
  "\(.outcome)\(if .code then " (\(.code))" else "" end): \(.headline)", "next: \(.next)"' <<<"$end"
exit "$good"
