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
import threading

# Whatever a library prints must not get between the frames.
out = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; it then closes the input


def frame(kind, number, body=b""):
    out.write(kind + struct.pack("<II", number, len(body)) + body)
    out.flush()


def load(path, threads):
    import onnxruntime
    from piper import PiperVoice
    from piper.config import PiperConfig

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Waiting threads must not spin: the cores are shared with the recogniser.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    with open(path + ".json", encoding="utf-8") as f:
        config = PiperConfig.from_dict(json.load(f))
    session = onnxruntime.InferenceSession(path, sess_options=options, providers=["CPUExecutionProvider"])
    return PiperVoice(config=config, session=Session(session))


class Session:
    """A session whose run under way can be broken off: it is one whole sentence."""

    def __init__(self, session):
        self.session = session
        self.options = None

    def run(self, names, feeds):
        import onnxruntime

        self.options = onnxruntime.RunOptions()
        return self.session.run(names, feeds, self.options)

    def stop(self):
        if self.options:
            self.options.terminate = True


queue = collections.deque()
canceled = set()
speaking = None  # the id
changed = threading.Condition()


def listen(session):
    for line in sys.stdin.buffer:
        order = json.loads(line)
        with changed:
            if "cancel" in order:
                canceled.add(order["cancel"])
                if order["cancel"] == speaking:
                    session.stop()
            else:
                queue.append(order)
            changed.notify()
    os._exit(0)


def speak(voice, order):
    from piper.config import SynthesisConfig

    number = order["id"]
    usual = voice.config.length_scale or 1.0
    config = SynthesisConfig(length_scale=usual / order.get("pace", 1.0), volume=0.8)
    for sentence in order["sentences"] or ():
        for chunk in voice.synthesize(sentence, config):
            pcm = chunk.audio_int16_bytes
            for at in range(0, len(pcm), 1 << 14):
                if number in canceled:
                    raise RuntimeError("canceled")
                frame(b"A", number, pcm[at : at + (1 << 14)])
        if number in canceled:
            raise RuntimeError("canceled")
    frame(b"E", number)


def main():
    global speaking
    voice = load(sys.argv[1], int(sys.argv[2]))
    list(voice.synthesize("ready"))  # the first run is slower than the rest
    frame(b"R", 0, str(voice.config.sample_rate).encode())
    threading.Thread(target=listen, args=(voice.session,), daemon=True).start()
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
