# What the Python client of the service before this one asks, and how: `old-client.py <verb> [<argument>]`. It reads its
# environment without defaults, posts JSON, and takes whatever is not a success for a failure.
import json
import os
import sys
import urllib.request


class SandboxClient:
    def __init__(self):
        self.sandbox_id = os.environ["SANDBOX_ID"]
        self.user_id = os.environ["USER_ID"]
        self.hot_path = os.environ["HOT_PATH"]
        self.cold_path = os.environ["COLD_PATH"]
        self.orchestrator_url = os.environ["ORCHESTRATOR_URL"].rstrip("/")

    def _url(self, verb=""):
        return f"{self.orchestrator_url}/sandboxes/{self.sandbox_id}{verb}"

    def _post(self, verb, body):
        data = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(self._url(verb), data=data, headers=headers, method="POST")
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def info(self):
        with urllib.request.urlopen(self._url(), timeout=10) as response:
            return json.load(response)

    def heartbeat(self):
        return self._post("/heartbeat", None)

    def signal_complete(self, result=None):
        return self._post("/complete", {"result": result})

    def signal_error(self, error, details=None):
        return self._post("/error", {"error": error, "details": details})


verb, *arguments = sys.argv[1:]
print(json.dumps(getattr(SandboxClient(), verb)(*map(json.loads, arguments))))
