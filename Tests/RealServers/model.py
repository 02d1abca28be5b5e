"""Writes a model of random weights that llama.cpp serves: half a megabyte, letters and bytes as its vocabulary. What it says is
noise; that it says it token by token, through a real server, is what is wanted."""

import sys

import gguf
import numpy

WORDS = "the of and to in is that for it as was on with be by at are this from have or an one had not but what all".split()
VOCABULARY = (
    [("<unk>", 2), ("<s>", 3), ("</s>", 3)]
    + [(f"<0x{byte:02X}>", 6) for byte in range(256)]
    + [("\u2581" + word, 1) for word in WORDS]
    + [(letter, 1) for letter in "abcdefghijklmnopqrstuvwxyz\u2581"]
)
WIDTH, INNER, LAYERS, HEADS = 64, 128, 2, 4


def write(path):
    random = numpy.random.default_rng(1)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(2048)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(VOCABULARY))
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text for text, _ in VOCABULARY])
    writer.add_token_scores([-float(index) for index in range(len(VOCABULARY))])
    writer.add_token_types([kind for _, kind in VOCABULARY])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template("{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:")

    def noise(name, *shape):
        writer.add_tensor(name, (random.standard_normal(shape) * 0.2).astype(numpy.float32))

    def ones(name):
        writer.add_tensor(name, numpy.ones(WIDTH, numpy.float32))

    noise("token_embd.weight", len(VOCABULARY), WIDTH)
    ones("output_norm.weight")
    noise("output.weight", len(VOCABULARY), WIDTH)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        ones(block + "attn_norm.weight")
        ones(block + "ffn_norm.weight")
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            noise(f"{block}{part}.weight", WIDTH, WIDTH)
        noise(block + "ffn_gate.weight", INNER, WIDTH)
        noise(block + "ffn_up.weight", INNER, WIDTH)
        noise(block + "ffn_down.weight", WIDTH, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


write(sys.argv[1])
