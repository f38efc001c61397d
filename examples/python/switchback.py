"""A switchback with Temporal's Python SDK and plain JSON: starts it, or follows the one that is going on; approves it
where it asks; ends as it ends. After any error run it again: it finds the same run.

    REASON=INC-123 python switchback.py PROJECT SERVICE [APPROVER]

PROJECT, SERVICE and APPROVER may be variables, too. Without an approver it shows what to send, and waits.
SWITCHBACK_INPUT takes more fields of the input: '{"mode":"rehearse"}'. The server is TEMPORAL_ADDRESS.
Exit code: 0 the run ended well; 1 it failed; 2 it could not be started, or asked: what is said is then not its end.
"""

import asyncio
import getpass
import json
import os
import sys
from os import environ

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError


async def start(client: Client, request: dict) -> WorkflowHandle:
    # The canonical id: Temporal itself refuses a second run of the pair.
    workflow_id = f"switchback.{request['project']}.{request['service']}"
    try:
        handle = await client.start_workflow(
            "switchbackWorkflow",
            request,
            id=workflow_id,
            task_queue=environ.get("SWITCHBACK_TASK_QUEUE", "switchback"),
            static_summary=f"switchback of {request['project']}/{request['service']}",
        )
        print(f"Started {workflow_id}.")
    except WorkflowAlreadyStartedError:
        handle = client.get_workflow_handle(workflow_id)
        print(f"Following {workflow_id}, which is going on already.")
        for difference in (await handle.execute_update("attach", request))["differences"]:
            print(f"It is not as you asked: {difference}")
    return handle


async def follow(handle: WorkflowHandle, reason: str, approver: str | None) -> dict:
    """Says what is new, approves the plan that is shown, and answers with the report of a run that ended well."""
    ended = asyncio.create_task(handle.result())
    said: list[str] = []
    while not (await asyncio.wait([ended], timeout=1))[0]:
        try:
            status = await handle.query("status")
        except RPCError as error:
            # A worker restarts, or somebody else asks at the same moment: the run itself is not touched by that.
            print(f"No status now: {error}")
            continue
        answers = status.get("answers", [])
        news = [f"{status['phase']}: {status['headline']}", *(f"  {a['does']}: {a['command']}" for a in answers)]
        if news != said:
            print(*news, sep="\n", flush=True)
        said = news
        for answer in answers:
            if answer["update"] == "approve" and approver:
                # The payload holds the fingerprint of the state that was shown: it approves no other.
                payload = {**answer["payload"], "by": approver, "reason": reason}
                approved = await handle.execute_update("approve", payload)
                print(f"approved: {approved['by']}, fingerprint {approved['fingerprint']}")
    return await ended


async def switchback(request: dict, approver: str | None) -> int:
    try:
        where = ClientConfig.load_client_connect_config()
        client = await Client.connect(**{"target_host": "localhost:7233", **where})
        handle = await start(client, request)
        report = await follow(handle, request["reason"], approver)
    except WorkflowFailureError as failure:
        cause = failure.cause
        if not isinstance(cause, ApplicationError) or not cause.details:
            print(f"no report: {cause}\nnext: Read both services before anything else.")
            return 1
        # The report is the first detail of the failure.
        report = cause.details[0]
        print(f"{report['outcome']} ({cause.type}): {report['headline']}\nnext: {report['next']}")
        return 1
    except WorkflowUpdateFailedError as refused:
        print(f"The run refused it: {refused.cause}", file=sys.stderr)
        return 2
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(f"{report['outcome']}: {report['headline']}\nnext: {report['next']}")
    return 0


def main() -> int:
    names = ["PROJECT", "SERVICE", "APPROVER"]
    given = {**environ, **dict(zip(names, sys.argv[1:]))}
    project, service, approver = (given.get(name) for name in names)
    reason = environ.get("REASON")
    if not (project and service and reason):
        print("usage: REASON=INC-123 python switchback.py PROJECT SERVICE [APPROVER]", file=sys.stderr)
        return 2
    request = {
        "project": project,
        "service": service,
        "reason": reason,
        "requestedBy": environ.get("REQUESTED_BY") or getpass.getuser(),
        **json.loads(environ.get("SWITCHBACK_INPUT") or "{}"),
    }
    return asyncio.run(switchback(request, approver))


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # The SDK's own threads can break an interpreter that ends, and its exit code (temporalio/sdk-python#300).
    os._exit(code)
