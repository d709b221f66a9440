#include "cpi/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace cpi {
namespace {

struct Signature {
  std::string_view method;
  std::size_t least;
  std::size_t most;
};

// What a Director may call, with the number of arguments.
constexpr std::array kMethods = {
    Signature{"info", 0, 0},
    Signature{"ping", 0, 0},
    Signature{"current_vm_id", 0, 0},
    Signature{"create_stemcell", 2, 3},
    Signature{"delete_stemcell", 1, 1},
    Signature{"create_vm", 4, 6},
    Signature{"delete_vm", 1, 1},
    Signature{"has_vm", 1, 1},
    Signature{"reboot_vm", 1, 1},
    Signature{"set_vm_metadata", 2, 2},
    Signature{"calculate_vm_cloud_properties", 1, 1},
    Signature{"create_disk", 2, 3},
    Signature{"has_disk", 1, 1},
    Signature{"delete_disk", 1, 1},
    Signature{"attach_disk", 2, 2},
    Signature{"detach_disk", 2, 2},
    Signature{"get_disks", 1, 1},
    Signature{"resize_disk", 2, 2},
    Signature{"update_disk", 3, 3},
    Signature{"set_disk_metadata", 2, 2},
    Signature{"snapshot_disk", 1, 2},
    Signature{"delete_snapshot", 1, 1},
    Signature{"create_network", 1, 1},
    Signature{"delete_network", 1, 1},
};

std::unexpected<Error> invalid(std::string message) {
  return std::unexpected(Error{kInvalidCall, std::move(message)});
}

// A value of the wrong type in a message: only scalars that are short, never a whole document.
std::string shown(const json::Value& value) {
  if (value.is_object() || value.is_array()) return std::string(value.type_name());
  return base::printable(json::dump(value).substr(0, 80));
}

const Signature* signature_of(const std::string& method) {
  const auto found = std::ranges::find(kMethods, method, &Signature::method);
  return found == kMethods.end() ? nullptr : &*found;
}

std::optional<Error> wrong_count(const Signature& signature, std::size_t given) {
  if (given >= signature.least && given <= signature.most) return std::nullopt;
  const std::string expected = signature.least == signature.most
                                   ? fmt::to_string(signature.least)
                                   : fmt::format("{}..{}", signature.least, signature.most);
  return wrong_arguments(
             fmt::format("wrong number of arguments (given {}, expected {})", given, expected))
      .error();
}

}  // namespace

const json::Value& Request::argument(std::size_t index) const {
  static const json::Value null;
  return index < arguments.size() ? arguments[index] : null;
}

std::int64_t Request::stemcell_api_version() const {
  const json::Value* vm = context.find("vm");
  if (vm == nullptr) return 1;
  return (*vm)["stemcell"]["api_version"].as_integer().value_or(1);
}

std::string request_id_in(const json::Value& document) {
  return base::printable(document["context"].text_or("request_id", "").substr(0, 80));
}

Result<Request> read_request(std::string_view text) {
  const auto document = json::parse(text);
  if (!document)
    return invalid(
        fmt::format("Request cannot be deserialized, details: '{}'", document.error().what));
  if (!document->is_object())
    return invalid(
        fmt::format("Request cannot be deserialized, details: 'it must be a JSON object, not {}'",
                    document->type_name()));
  const json::Value& root = *document;
  const auto* method = root["method"].as_string();
  if (method == nullptr)
    return invalid(fmt::format("Method must be a String, got: '{}'", shown(root["method"])));
  const Signature* signature = signature_of(*method);
  if (signature == nullptr)
    return std::unexpected(Error{
        kNotImplemented,
        fmt::format("Method is not known, got: '{}'", base::printable(method->substr(0, 80)))});
  const auto* arguments = root["arguments"].as_array();
  if (arguments == nullptr) return invalid("Arguments must be an Array");
  const json::Value& version = root["api_version"];
  if (!version.is_null() && !version.is_integer())
    return invalid("CPI api_version requested must be an Integer");
  const auto* context = root["context"].as_object();
  if (context == nullptr || !root["context"]["director_uuid"].is_string())
    return invalid("Request should include context with director uuid");
  if (const auto wrong = wrong_count(*signature, arguments->size())) return std::unexpected(*wrong);
  return Request{.method = *method,
                 .arguments = *arguments,
                 .context = *context,
                 .api_version = version.as_integer().value_or(1),
                 .request_id = request_id_in(root)};
}

}  // namespace cpi
