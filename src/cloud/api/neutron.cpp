#include "cloud/api/neutron.h"

#include "base/text.h"

namespace cloud::api {

void Attributes::note(std::string message) {
  if (!mistake_) mistake_ = {400, "HTTPBadRequest", std::move(message)};
}

void Attributes::text(std::string_view name, std::string& into) {
  const json::Value& sent = value(name);
  if (!has(name)) return;
  if (const std::string* text = sent.as_string()) {
    constexpr std::size_t kLongest = 255;
    if (text->size() > kLongest)
      return note(fmt::format("Invalid input for {}. Reason: '{}…' exceeds maximum length of {}.",
                              name, text->substr(0, 32), kLongest));
    into = *text;
  } else if (sent.is_null()) {
    into.clear();
  } else {
    note(fmt::format("Invalid input for {}. Reason: '{}' is not a valid string.", name,
                     json::dump(sent)));
  }
}

void Attributes::flag(std::string_view name, bool& into) {
  const json::Value& sent = value(name);
  if (!has(name)) return;
  if (const bool* flag = sent.as_bool()) {
    into = *flag;
    return;
  }
  // Neutron converts these too.
  const std::string text = base::to_lower(sent.as_string() ? *sent.as_string() : json::dump(sent));
  if (text == "true" || text == "1")
    into = true;
  else if (text == "false" || text == "0")
    into = false;
  else
    note(fmt::format("Invalid input for {}. Reason: '{}' cannot be converted to boolean.", name,
                     text));
}

void Attributes::integer(std::string_view name, std::int64_t& into) {
  const json::Value& sent = value(name);
  if (!has(name) || sent.is_null()) return;
  std::optional<std::int64_t> number = sent.as_integer();
  if (const std::string* text = sent.as_string()) number = base::parse_number<std::int64_t>(*text);
  if (!number)
    return note(fmt::format("Invalid input for {}. Reason: '{}' is not an integer.", name,
                            json::dump(sent)));
  into = *number;
}

void Attributes::text_list(std::string_view name, model::Texts& into) {
  const json::Value& sent = value(name);
  if (!has(name)) return;
  model::Texts list;
  bool is_right = sent.is_null() || sent.as_array() != nullptr;
  if (const json::Array* array = sent.as_array())
    for (const json::Value& element : *array) {
      is_right = is_right && element.as_string() != nullptr;
      if (is_right) list.push_back(*element.as_string());
    }
  if (!is_right)
    return note(fmt::format("Invalid input for {}. Reason: '{}' is not a list of strings.", name,
                            json::dump(sent)));
  into = std::move(list);
}

void Attributes::must_be_absent(std::string_view name, std::string_view what) {
  const json::Value& sent = value(name);
  const bool says_no = sent.is_null() || sent == json::Value(false) || sent == json::Value("") ||
                       sent == json::Value(json::Array{}) || sent == json::Value(json::Object{});
  if (!says_no && !mistake_)
    mistake_ = {501, "NotImplemented",
                fmt::format("{}: the embedded cloud does not offer {}.", name, what)};
}

model::Allowed<> Attributes::finish() const {
  if (mistake_) return std::unexpected(*mistake_);
  for (const auto& [name, ignored] : *sent_.as_object())
    if (!read_.contains(name))
      return model::bad_request(
          fmt::format("Unrecognized attribute(s) '{}'", base::printable(name)));
  return {};
}

model::Allowed<std::string> project_for(Call& call, Attributes& attributes) {
  std::string wanted;
  attributes.text("tenant_id", wanted);
  attributes.text("project_id", wanted);
  if (wanted.empty() || wanted == call.project()) return call.project();
  if (call.session->is_admin) return wanted;
  return model::refuse(403, "PolicyNotAuthorized",
                       "Only an administrator may create a resource for another project.");
}

Answer create(Call& call, std::string_view one, std::string_view many, const Create& make) {
  if (call.project().empty())
    return model::refuse(403, "PolicyNotAuthorized",
                         "The token has no project; ask for one that is scoped to a project.");
  if (const json::Array* list = call.body[many].as_array()) {
    json::Array views;
    for (const json::Value& sent : *list) {
      auto view = make(call, sent);
      if (!view) return std::unexpected(view.error());
      views.push_back(*std::move(view));
    }
    return reply(201, json::Object{{std::string(many), std::move(views)}});
  }
  if (call.body[one].is_null())
    return model::bad_request(
        fmt::format("Invalid input for operation: the body must have a '{}'.", one));
  auto view = make(call, call.body[one]);
  if (!view) return std::unexpected(view.error());
  return reply(201, json::Object{{std::string(one), *std::move(view)}});
}

Answer list(Call& call, std::string_view many, json::Array rows, const json::Object& shape) {
  auto page = model::select(std::move(rows), call.query, shape);
  if (!page) return std::unexpected(page.error());
  json::Object document{{std::string(many), std::move(page->rows)}};
  if (!page->next_marker.empty()) {
    std::string next = fmt::format("{}/network/v2.0/{}?", call.cloud.settings.base_url,
                                   base::split(many, '_').size() > 1 && many.starts_with("security")
                                       ? base::join(base::split(many, '_'), "-")
                                       : std::string(many));
    for (const auto& [name, value] : call.query)
      if (name != "marker")
        next += fmt::format("{}={}&", http::percent_encode(name), http::percent_encode(value));
    next += "marker=" + http::percent_encode(page->next_marker);
    document.set(std::string(many) + "_links",
                 json::Array{json::Object{{"rel", "next"}, {"href", next}}});
  }
  return reply(200, document);
}

Answer show(Call& call, std::string_view one, const json::Object& view) {
  const auto fields = model::values_of(call.query, "fields");
  json::Object shown;
  for (const auto& [key, value] : view)
    if (fields.empty() || std::ranges::find(fields, key) != fields.end()) shown.set(key, value);
  return reply(200, json::Object{{std::string(one), std::move(shown)}});
}

model::Allowed<> check_revision(const Call& call, std::int64_t revision_number) {
  const std::string_view wanted = call.request.headers.find("If-Match");
  if (wanted.empty()) return {};
  constexpr std::string_view kPrefix = "revision_number=";
  if (!wanted.starts_with(kPrefix))
    return model::bad_request("If-Match must be revision_number=N.");
  if (wanted.substr(kPrefix.size()) == std::to_string(revision_number)) return {};
  return model::refuse(412, "RevisionNumberConstraintFailed",
                       fmt::format("Constrained to {}, but current revision is {}",
                                   wanted.substr(kPrefix.size()), revision_number));
}

Answer edit_tags(Call& call, model::Texts& tags, bool& is_changed) {
  const std::string& method = call.request.method;
  constexpr std::size_t kLongestTag = 60;
  if (call.captured.size() == 1) {  // …/tags
    if (method == "PUT") {
      Attributes attributes(call.body);
      attributes.text_list("tags", tags);
      if (auto read = attributes.finish(); !read) return std::unexpected(read.error());
      for (const std::string& tag : tags)
        if (tag.size() > kLongestTag)
          return model::bad_request(
              fmt::format("Invalid input for tags. Reason: '{}' exceeds "
                          "maximum length of {}.",
                          tag, kLongestTag));
      std::ranges::sort(tags);
      tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
      is_changed = true;
    } else if (method == "DELETE") {
      tags.clear();
      is_changed = true;
      return reply(204);
    }
    return reply(200, json::Object{{"tags", texts(tags)}});
  }
  const std::string& tag = call.captured[1];
  const auto found = std::ranges::find(tags, tag);
  if (method == "PUT") {
    if (tag.size() > kLongestTag) return model::bad_request("The tag is too long.");
    if (found == tags.end()) tags.push_back(tag);
    is_changed = true;
    return reply(201);
  }
  if (found == tags.end())
    return model::refuse(404, "TagNotFound", fmt::format("Tag {} could not be found.", tag));
  if (method == "DELETE") {
    tags.erase(found);
    is_changed = true;
  }
  return reply(204);
}

std::unexpected<model::Refusal> neutron_not_found(std::string_view type, std::string_view what,
                                                  std::string_view id) {
  return model::refuse(404, std::string(type),
                       fmt::format("{} {} could not be found.", what, base::printable(id)));
}

bool may_use(const Call& call, const model::Network& network) {
  return network.shared || call.may_see(network.project_id);
}

model::Allowed<model::Network> find_network(Call& call, std::string_view id) {
  const model::Network* network = call.state().networks.find(id);
  if (network == nullptr || !may_use(call, *network))
    return neutron_not_found("NetworkNotFound", "Network", id);
  return *network;
}

model::Allowed<model::Subnet> find_subnet(Call& call, std::string_view id) {
  const model::Subnet* subnet = call.state().subnets.find(id);
  const model::Network* network =
      subnet == nullptr ? nullptr : call.state().networks.find(subnet->network_id);
  if (network == nullptr || !may_use(call, *network))
    return neutron_not_found("SubnetNotFound", "Subnet", id);
  return *subnet;
}

model::Allowed<model::Port> find_port(Call& call, std::string_view id) {
  const model::Port* port = call.state().ports.find(id);
  const model::Network* network =
      port == nullptr ? nullptr : call.state().networks.find(port->network_id);
  // The owner of a network sees all ports on it.
  const bool may_see =
      network != nullptr && (call.may_see(port->project_id) || call.may_see(network->project_id));
  if (!may_see) return neutron_not_found("PortNotFound", "Port", id);
  return *port;
}

model::Allowed<model::SecurityGroup> find_security_group(Call& call, std::string_view id) {
  const model::SecurityGroup* group = call.state().security_groups.find(id);
  if (group == nullptr || !call.may_see(group->project_id))
    return model::refuse(404, "SecurityGroupNotFound",
                         fmt::format("Security group {} does not exist", base::printable(id)));
  return *group;
}

}  // namespace cloud::api
