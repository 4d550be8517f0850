"""The SDK's own HTTP client, with a memory: what was sent and what came back, byte for byte."""

import json

import httpx
import merge.resources.ats as ats

from strict import faults


class Exchange:
    def __init__(self, response):
        request = response.request
        self.method, self.path = request.method, request.url.path
        self.query = request.url.params
        self.content = request.content
        self.status, self.headers, self.raw = response.status_code, response.headers, response.content

    @property
    def sent(self):
        return json.loads(self.content)

    @property
    def body(self):
        assert self.headers["content-type"].split(";")[0] == "application/json", self
        return json.loads(self.raw)

    def __repr__(self):
        return f"{self.method} {self.path}?{self.query} {self.content[:2000]!r} -> {self.status} {self.raw[:2000]!r}"


class Wire:
    def __init__(self):
        self.exchanges = []
        self.http = httpx.Client(timeout=120, event_hooks={"response": [self._keep]})

    def _keep(self, response):
        response.read()
        self.exchanges.append(Exchange(response))

    @property
    def last(self):
        return self.exchanges[-1]

    def answer(self, model, status=200):
        """The last answer's body, once it is exactly what `model` says."""
        last = self.last
        assert last.status == status, last
        found = faults(last.body, model)
        assert not found, "\n".join([*found, repr(last)])
        return last.body

    def refusal(self, status=400):
        """The errors of a refused write, each as the SDK's model says."""
        last = self.last
        assert last.status == status, last
        body = last.body
        assert body.keys() - {"logs"} == {"model", "warnings", "errors"}, last
        assert body["model"] is None and body["errors"], last
        found = faults(body["errors"], list[ats.ErrorValidationProblem])
        found += faults(body["warnings"], list[ats.WarningValidationProblem])
        assert not found, "\n".join([*found, repr(last)])
        return {(e["source"]["pointer"], e["problem_type"]) for e in body["errors"]}

    def detail(self, status):
        """The sentence of a failure."""
        last = self.last
        assert last.status == status, last
        assert list(last.body) == ["detail"] and isinstance(last.body["detail"], str), last
        return last.body["detail"]
