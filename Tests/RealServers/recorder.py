"""A relay that keeps what a server answered, byte for byte: what each answer said is then read from it by Python's own HTTP and JSON,
so that a run is held against the answers it had and not against others that were fetched."""

import http.client
import io
import json
import socket
import threading


class Recorder:
    """Listens on a port of its own and carries everything to `server` and back."""

    def __init__(self, server):
        host, port = server.removeprefix("http://").rstrip("/").split(":")
        self.server = (host, int(port))
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections, self.threads, self.lock = [], [], threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.server)
            # Tokens must not wait for each other.
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            kept = bytearray()
            with self.lock:
                self.connections.append(kept)
            for source, sink, copy in ((client, server, None), (server, client, kept)):
                thread = threading.Thread(target=self._carry, args=(source, sink, copy), daemon=True)
                thread.start()
                self.threads.append(thread)

    @staticmethod
    def _carry(source, sink, kept):
        try:
            while piece := source.recv(1 << 16):
                if kept is not None:
                    kept += piece
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def answers(self):
        """What the answers to completion requests said, each as a tuple as in `said`; call when the client has gone."""
        self.listener.close()
        for thread in self.threads:
            thread.join(10)
        found = []
        for kept in self.connections:
            stream = io.BytesIO(bytes(kept))
            while stream.tell() < len(kept):
                answer = http.client.HTTPResponse(_Socket(stream), method="POST")
                answer.begin()
                body = answer.read().decode()
                if answer.status == 200 and ("choices" in body or "data:" in body):
                    found.append(said(body))
        return sorted(found, key=repr)


class _Socket:
    """As much of a socket as HTTPResponse needs. The stream outlives the answer, which closes what it read from."""

    def __init__(self, stream):
        self.stream = stream

    def makefile(self, *_):
        return _Unclosed(self.stream)


class _Unclosed(io.RawIOBase):
    def __init__(self, stream):
        self.stream = stream

    def readable(self):
        return True

    def readline(self, limit=-1):
        return self.stream.readline(limit)

    def read(self, size=-1):
        return self.stream.read(size)

    def readinto(self, buffer):
        return self.stream.readinto(buffer)


def said(body):
    """(finish reason, tokens of the prompt, of the answer, chunks with output or None for a whole answer)."""
    if not body.startswith("data:"):
        answer = json.loads(body)
        return answer["choices"][0]["finish_reason"], *usage(answer), None
    finish, tokens, chunks = None, (None, None), 0
    for line in body.splitlines():
        if not line.startswith("data: {"):
            continue
        event = json.loads(line[6:])
        if event.get("usage"):
            tokens = usage(event)
        for choice in event["choices"]:
            finish = choice.get("finish_reason") or finish
            delta = choice.get("delta") or {}
            if choice.get("text") or any(delta.get(key) for key in ("content", "reasoning_content", "reasoning", "tool_calls")):
                chunks += 1
    return finish, *tokens, chunks


def usage(answer):
    return answer["usage"]["prompt_tokens"], answer["usage"]["completion_tokens"]
