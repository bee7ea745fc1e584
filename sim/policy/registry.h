// How a policy joins the roster (roster.h). A policy is one file in policies/ that defines a class with
//   struct Config { ...; template <class V> void fields(V&); };
//   static constexpr PolicyInfo kInfo{...};
//   MyPolicy(const Config&, const PolicyContext&);
// (or, where parameters choose between classes, `static std::unique_ptr<Policy> make(...)` of the
// same arguments) and registers it: `const RegisterPolicy<MyPolicy> registered_my_policy{"my_policy"};`
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "sim/config/json_schema.h"
#include "sim/config/reader.h"
#include "sim/policy/policy.h"
#include "sim/policy/roster.h"

namespace autoscale {

template <class T>
class TypedPolicySettings final : public PolicySettings {
 public:
  explicit TypedPolicySettings(typename T::Config config) : config_(std::move(config)) {}
  std::unique_ptr<Policy> make(const PolicyContext& context) const override {
    if constexpr (requires { T::make(config_, context); }) {
      return T::make(config_, context);
    } else {
      return std::make_unique<T>(config_, context);
    }
  }
  nlohmann::ordered_json to_json() const override { return config::to_json(config_); }

 private:
  typename T::Config config_;
};

template <class T>
struct RegisterPolicy {
  explicit RegisterPolicy(std::string name) {
    PolicyEntry entry;
    entry.name = std::move(name);
    entry.info = T::kInfo;
    entry.read = [](const config::Node* node, config::Diagnostics& diagnostics) {
      auto settings =
          node ? config::read<typename T::Config>(*node, diagnostics) : typename T::Config{};
      return std::make_shared<const TypedPolicySettings<T>>(std::move(settings));
    };
    entry.schema = [name = entry.name] { return config::json_schema<typename T::Config>(name); };
    PolicyRegistry::instance().add(std::move(entry));
  }
};

}  // namespace autoscale
