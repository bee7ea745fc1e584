#include "sim/config/json.h"

namespace autoscale::config::detail {

void MapWriter::put(std::string_view key, Json written) {
  object_[std::string(key)] = std::move(written);
}

Json json_number(const std::string& text) { return Json::parse(text); }

Json write_node(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return nullptr;
    case Node::Kind::kScalar: {
      const Json parsed = node.quoted ? Json(node.text) : Json::parse(node.text, nullptr, false);
      return parsed.is_discarded() ? Json(node.text) : parsed;
    }
    case Node::Kind::kSequence: {
      Json array = Json::array();
      for (const Node& item : node.items) array.push_back(write_node(item));
      return array;
    }
    case Node::Kind::kMap: {
      Json object = Json::object();
      for (const Node::Entry& entry : node.entries) object[entry.key] = write_node(entry.value);
      return object;
    }
  }
  return nullptr;
}

Json json_pair(std::string_view name, Json value) {
  Json object = Json::object();
  object[std::string(name)] = std::move(value);
  return object;
}

Json write_sourced(Json value, const Origin& origin) {
  Json object = json_pair("value", std::move(value));
  object[std::string(name_of(origin.kind))] = origin.text;
  return object;
}

Json values_in_unit(std::string_view unit, Json values) {
  Json object = json_pair("unit", unit);
  object["values"] = std::move(values);
  return object;
}

}  // namespace autoscale::config::detail
