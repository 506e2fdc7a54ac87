"""Speaks with one Piper voice for the program that started it.

Arguments: the voice (.onnx, its .onnx.json beside it) and the number of threads.
Standard input, a line of JSON each:
    {"id": 7, "sentences": ["Hello."], "pace": 1.0}   speak
    {"cancel": 7}                              stop speaking that
Standard output, frames: a kind (1 byte), the id (4 bytes, little-endian), a
length (4 bytes, little-endian), and that many bytes:
    R  ready; the sample rate in decimal      A  mono samples, 16 bits, little-endian
    E  the end of that text                   X  the reason why there is no more of it
It ends when its input does.
"""

import collections
import json
import os
import signal
import struct
import sys
import tempfile
import threading

# Whatever a library prints, even while it is loaded, must not get between the frames.
out = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; it then closes the input

import numpy
import onnxruntime
from piper import PiperVoice
from piper.config import PiperConfig


def frame(kind, number, body=b""):
    out.write(kind + struct.pack("<II", number, len(body)) + body)
    out.flush()


class Voice:
    """A voice in two halves: the text becomes steps of about 12 ms, the steps
    become sound. The second half takes most of the time, and is done bit by bit,
    so that the first sound needn't wait for the whole sentence."""

    FIRST, MOST = 32, 256  # steps that become sound at once: the first time, later
    AROUND = 12  # steps on both sides that a step's sound depends on, and some more
    PEAK = 0.7  # of a usual sentence; others come out a third louder or softer

    def __init__(self, path, threads):
        with open(path + ".json", encoding="utf-8") as f:
            self.config = PiperConfig.from_dict(json.load(f))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Waiting threads must not spin: the cores are shared with the recogniser.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        # A session keeps the bytes that it is made from, but not a file, here one
        # without a name, which nobody has to remove.
        with tempfile.TemporaryFile() as first, tempfile.TemporaryFile() as second:
            self.joint = cut(path, first, second)
            self.first, self.second = (
                onnxruntime.InferenceSession(
                    f"/dev/fd/{half.fileno()}", sess_options=options, providers=["CPUExecutionProvider"]
                )
                for half in (first, second)
            )
        self.text = PiperVoice(config=self.config, session=None)
        self.running = None
        # The first run is slower than the rest. And how loud the voice is by
        # itself is not known before it has spoken.
        self.gain = 1.0
        said = numpy.concatenate(list(self.say("I am ready to speak.", 1.0)))
        self.gain = self.PEAK / max(0.05, float(numpy.abs(said).max()))

    def run(self, session, feeds):
        self.running = onnxruntime.RunOptions()
        return session.run(None, feeds, self.running)[0]

    def stop(self):
        """Breaks off the run under way, from another thread."""
        if self.running:
            self.running.terminate = True

    def say(self, text, pace):
        """Yields the sound of a text, from -1 to 1, in pieces."""
        for phonemes in self.text.phonemize(text):
            if phonemes:
                yield from self.sound(self.steps(self.text.phonemes_to_ids(phonemes), pace))

    def steps(self, ids, pace):
        scales = [self.config.noise_scale, self.config.length_scale / pace, self.config.noise_w_scale]
        return self.run(self.first, {
            "input": numpy.array([ids], dtype=numpy.int64),
            "input_lengths": numpy.array([len(ids)], dtype=numpy.int64),
            "scales": numpy.array(scales, dtype=numpy.float32),
        })

    def sound(self, steps):
        at, n, count = 0, self.FIRST, steps.shape[2]
        while at < count:
            low, high = max(0, at - self.AROUND), min(count, at + n + self.AROUND)
            sound = self.run(self.second, {self.joint: steps[:, :, low:high]}).reshape(-1)
            length = sound.size // (high - low)
            yield numpy.clip(self.gain * sound[(at - low) * length : (at - low + n) * length], -1, 1)
            at, n = at + n, min(4 * n, self.MOST)


def cut(path, first, second):
    """Cuts an ONNX model before its decoder, writes both halves into files, and
    returns the name of the tensor that joins them. What is read of the format: the
    numbers of the fields of ModelProto, GraphProto, NodeProto and TensorProto."""
    with open(path, "rb") as f:
        model = memoryview(f.read())
    around, parts = b"", collections.defaultdict(list)
    for number, body, whole in fields(model):
        if number == 7:  # the graph
            for number, body, whole in fields(body):
                parts[number].append((body, whole))
        else:
            around += bytes(whole)
    decoder, rest, made, ours = [], [], set(), set()
    for body, whole in parts[1]:  # nodes, each after those that it needs
        takes, gives, names = ([bytes(b).decode() for k, b, _ in fields(body) if k == want] for want in (1, 2, 3))
        made.update(gives)
        if "".join(names).startswith("/dec/") or ours.intersection(takes):
            decoder.append((takes, whole))
            ours.update(gives)
        else:
            rest.append((takes, whole))
    joints = {t for takes, _ in decoder for t in takes if t in made - ours}
    if len(joints) != 1:
        raise ValueError("this voice has no decoder that can be cut off")
    joint = joints.pop()
    value = field(1, joint.encode()) + field(2, field(1, b"\x08\x01"))  # its name; a tensor of floats

    def write(half, nodes, inputs, outputs):
        used = {t for takes, _ in nodes for t in takes}
        weights = [
            whole for body, whole in parts[5]
            if any(k == 8 and bytes(b).decode() in used for k, b, _ in fields(body))
        ]
        graph = b"".join([whole for _, whole in nodes] + [field(2, b"half")] + weights + inputs + outputs)
        half.write(around + field(7, graph))
        half.flush()

    inputs, outputs = ([whole for _, whole in parts[k]] for k in (11, 12))
    write(first, rest, inputs, [field(12, value)])
    write(second, decoder, [field(11, value)], outputs)
    return joint


def fields(message):
    """Yields number, content and the whole of each field of a protobuf message."""
    at = 0
    while at < len(message):
        begin = at
        key, at = varint(message, at)
        kind, body = key & 7, None
        if kind == 0:
            _, at = varint(message, at)
        elif kind == 2:
            size, at = varint(message, at)
            body = message[at : at + size]
            at += size
        else:
            at += {1: 8, 5: 4}[kind]
        yield key >> 3, body, message[begin:at]


def varint(message, at):
    number = shift = 0
    while True:
        byte = message[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at


def field(number, body):
    """A field of bytes."""
    head, size = bytes([number << 3 | 2]), len(body)
    while size > 127:
        head += bytes([size & 127 | 128])
        size >>= 7
    return head + bytes([size]) + body


queue = collections.deque()
canceled = set()
speaking = None  # the id
changed = threading.Condition()


def listen(voice):
    for line in sys.stdin.buffer:
        order = json.loads(line)
        with changed:
            if "cancel" in order:
                canceled.add(order["cancel"])
                if order["cancel"] == speaking:
                    voice.stop()
            else:
                queue.append(order)
            changed.notify()
    os._exit(0)


def speak(voice, order):
    number = order["id"]
    for sentence in order["sentences"] or ():
        for sound in voice.say(sentence, order.get("pace", 1.0)):
            if number in canceled:
                raise RuntimeError("canceled")
            frame(b"A", number, (sound * 32767).astype("<i2").tobytes())
        if number in canceled:
            raise RuntimeError("canceled")
    frame(b"E", number)


def main():
    global speaking
    voice = Voice(sys.argv[1], int(sys.argv[2]))
    frame(b"R", 0, str(voice.config.sample_rate).encode())
    threading.Thread(target=listen, args=(voice,), daemon=True).start()
    while True:
        with changed:
            while not queue:
                changed.wait()
            order = queue.popleft()
            speaking = order["id"]
        try:
            speak(voice, order)
        except BrokenPipeError:
            os._exit(0)
        except Exception as e:  # one text that can't be said must not end the rest
            frame(b"X", order["id"], str(e).encode())
        with changed:
            speaking = None
            canceled.discard(order["id"])


main()
