"""AWS as moto plays it, on a port of loopback: each POST is one call of boto3, which never leaves this process."""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# Instead of some thousand images, those that the program may ask for; moto reads it when it is loaded.
os.environ["MOTO_AMIS_PATH"] = str(Path(__file__).with_name("images.json"))
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from moto import mock_aws

import lifecycles
import rules

mock_aws().start()
session = boto3.Session("test", "test", region_name="us-east-1")
clients = {name: session.client(name) for name in ("ec2", "iam", "s3", "ssm")}
# boto3 can be called from several threads, moto's models cannot.
one_at_a_time = threading.Lock()


class Hold:
    """Keeps calls of one operation waiting; once it is lifted, they are dropped without an answer."""

    def __init__(self, operation: str | None) -> None:
        self.operation = operation
        self.waiting = 0
        self.lifted = threading.Event()


hold = Hold(None)


def set_hold(operation: str | None) -> dict:
    global hold
    hold.lifted.set()
    hold = Hold(operation)
    return {}


def call(service: str, operation: str, parameters: dict) -> dict:
    if operation == hold.operation:
        mine = hold
        mine.waiting += 1
        mine.lifted.wait()
        raise ConnectionAbortedError(operation)
    if "Body" in parameters:
        parameters["Body"] = Path(parameters["Body"]).read_bytes()
    if service == "dlm":
        return lifecycles.call(operation, parameters)
    with one_at_a_time:
        rules.refuse(clients["ec2"], operation, parameters)
        rules.prepare(operation, parameters)
        answer = getattr(clients[service], xform_name(operation))(**parameters)
    answer.pop("ResponseMetadata", None)
    return answer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer(200, {"waiting": hold.waiting})

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            self.answer(200, set_hold(request["hold"]) if "hold" in request else call(**request))
        except ClientError as error:
            self.answer(400, error.response["Error"])
        except (ParamValidationError, rules.Refusal) as error:
            code = getattr(error, "code", "ParamValidationError")
            self.answer(400, {"Code": code, "Message": str(error)})
        except ConnectionError:
            self.close_connection = True

    def answer(self, status: int, body: dict) -> None:
        content = json.dumps(body, default=str).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Calls are not logged: a failed one is told to its caller."""


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
# Its parent holds the other end, so that it ends with it.
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
server.serve_forever()
