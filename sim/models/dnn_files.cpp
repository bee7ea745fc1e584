#include "sim/models/dnn_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/config/csv.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

Accuracy make_accuracy(const AccuracyConfig& c) {
  return {c.fp32.value, c.fp16.value, c.int8.value, c.dsp.value};
}

/// Field `i`, which must be a number and not negative.
double amount(config::CsvReader& csv, std::size_t i) {
  const auto value = csv.number(i);
  if (csv.text(i).empty() || (value && *value < 0)) {
    csv.error(fmt::format("column '{}': must be a number that is not negative", csv.header()[i]));
  }
  return value.value_or(0);
}

/// `scale` brings a table for one input size to the size in use: MACs and activations follow it,
/// parameters do not.
std::vector<Block> load_blocks(const fs::path& file, double scale,
                               config::Diagnostics& diagnostics) {
  config::CsvReader csv(file, diagnostics, config::unknown_csv_shape());
  const auto name = csv.require("block"), block_class = csv.require("class"),
             macs = csv.require("macs"), params = csv.require("params"),
             in = csv.require("in_elements"), out = csv.require("out_elements");
  std::vector<Block> blocks;
  if (!name || !block_class || !macs || !params || !in || !out) return blocks;
  while (csv.next()) {
    const auto kind = config::value_named<BlockClass>(csv.text(*block_class));
    if (!kind) {
      csv.error(fmt::format("unknown block class '{}'", config::printable(csv.text(*block_class))));
    }
    blocks.push_back({csv.text(*name), kind.value_or(BlockClass::kConv), amount(csv, *macs) * scale,
                      amount(csv, *params), amount(csv, *in) * scale, amount(csv, *out) * scale});
  }
  const bool works =
      std::any_of(blocks.begin(), blocks.end(), [](const Block& b) { return b.macs > 0; });
  if (!works) csv.error("no block has MACs");
  return blocks;
}

double bits_or_0(const std::optional<Sourced<Bits>>& size) {
  return size ? size->value.value() : 0;
}

/// Keys and values are numbers of 16 bits, whatever the weights are.
constexpr double kCacheBits = 16;

}  // namespace

Dnn make_dnn(std::string id, const DnnConfig& c, const fs::path& block_file,
             config::Diagnostics& diagnostics) {
  Dnn dnn;
  dnn.id = std::move(id);
  dnn.name = c.name;
  dnn.task = c.task;
  dnn.layers = {c.layers.paper.conv, c.layers.paper.fc, c.layers.paper.recurrent};
  dnn.macs = c.macs.value.value();
  dnn.input_bits = {c.input.raw.value.value(), c.input.jpeg.value.value(),
                    bits_or_0(c.input.tensor_fp16), bits_or_0(c.input.tensor_fp32)};
  dnn.output_bits = c.output.value.value();
  dnn.anchors_bits = bits_or_0(c.anchors);
  dnn.blocks = load_blocks(block_file, c.block_scale.value, diagnostics);
  dnn.quantisation_aware = make_accuracy(c.accuracy.quantisation_aware);
  dnn.post_training = make_accuracy(c.accuracy.post_training);
  for (const UnsupportedConfig& u : c.unsupported) {
    for (const DeviceKind on : u.on) {
      dnn.unsupported[u.processor][on] = true;
    }
  }
  return dnn;
}

Dnn make_generative(std::string id, const GenerativeConfig& c, const config::Mark& where,
                    config::Diagnostics& diagnostics) {
  Dnn dnn;
  dnn.id = std::move(id);
  dnn.name = c.name;
  dnn.task = Task::kGeneration;
  dnn.layers = {0, 1, c.layers.value};  // as the paper counts a transformer
  dnn.macs = c.parameters.value;
  dnn.input_bits = filled<PerUpload<double>>(c.request.value.value());
  dnn.output_bits = c.output_token.value.value();
  dnn.blocks = {{"all", BlockClass::kFc, c.parameters.value, c.parameters.value, 1, 1}};
  Generation& g = dnn.generation.emplace();
  g.parameters = c.parameters.value;
  g.attention_macs = 2.0 * c.layers.value * c.attention_width.value;
  g.cache_bits = 2.0 * c.layers.value * c.kv_width.value * kCacheBits;
  g.request_bits = c.request.value.value();
  g.prompt_token_bits = c.prompt_token.value.value();
  g.output_token_bits = c.output_token.value.value();
  for (const auto& [precision, bits] : c.weights) g.weight_bits[precision] = bits.value.value();
  for (const auto& [precision, points] : c.accuracy) g.accuracy[precision] = points.value;
  for (const auto& [precision, bits] : c.weights) {
    if (c.accuracy.contains(precision)) continue;
    diagnostics.error(where, fmt::format("accuracy: weights in {} have none", name_of(precision)));
  }
  return dnn;
}

}  // namespace autoscale
