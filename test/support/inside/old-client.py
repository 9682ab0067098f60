# What the Python client of the service before this one asks, and how: `old-client.py <verb> [<argument>]`. It takes what it says
# of the sandbox from its environment, posts the result itself as the body, and knows success by the status.
import json
import os
import sys
import urllib.request


class SandboxClient:
    def __init__(self):
        self._orchestrator_url = os.environ["ORCHESTRATOR_URL"]

    def info(self):
        return {name: os.environ[name.upper()] for name in ("sandbox_id", "user_id", "hot_path", "cold_path")}

    def _post(self, verb, body=None, timeout=10):
        url = f"{self._orchestrator_url}/sandboxes/{self.info()['sandbox_id']}/{verb}"
        data = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(url, data=data, headers=headers, method="POST")
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return response.status

    def heartbeat(self):
        return self._post("heartbeat", timeout=5) == 200

    def signal_complete(self, result=None):
        return self._post("complete", result or {})

    def signal_error(self, error):
        return self._post("error", {"error": error})


verb, *arguments = sys.argv[1:]
print(json.dumps(getattr(SandboxClient(), verb)(*map(json.loads, arguments))))
