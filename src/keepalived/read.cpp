#include "keepalived/read.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "keepalived/drafts.h"

namespace keepalived {
namespace {

// Blocks that stand nowhere but outside all others.
bool is_outermost(std::string_view word) {
  return word == "vrrp_instance" || word == "vrrp_sync_group" || word == "vrrp_script" ||
         word == "virtual_server" || word == "virtual_server_group" ||
         word == "vrrp_track_process" || word == "vrrp_track_file" || word == "bfd_instance";
}

// Takes the outermost statements one at a time, so that a long file is never in memory as a tree.
class Reader {
 public:
  explicit Reader(Context& context) : context_(context) {}

  void take(const Statement& statement) {
    // A vector of one: the checks of read_block hold here too.
    std::vector<Statement> one;
    one.push_back(statement);
    read_block(context_, Block::File, one, [this](const Call& call) { dispatch(call); });
  }

  Config finish() {
    if (drafts_.instances.empty())
      context_.findings.fatal({.line = 0}, "no vrrp_instance is configured",
                              "add `vrrp_instance NAME { … }`");
    return resolve(context_, std::move(drafts_));
  }

 private:
  void dispatch(const Call& call) {
    const std::string_view name = call.keyword.name;
    const Statement& statement = call.statement;
    if (name == "global_defs") {
      read_globals(context_, statement, drafts_.globals);
    } else if (name == "vrrp_instance") {
      if (is_new_name(call, "vrrp_instance"))
        drafts_.instances.push_back(read_instance(context_, statement));
    } else if (name == "vrrp_sync_group") {
      if (is_new_name(call, "vrrp_sync_group"))
        drafts_.groups.push_back(read_group(context_, statement));
    } else if (name == "vrrp_script") {
      if (!is_new_name(call, "vrrp_script")) return;
      if (auto script = read_script(context_, statement))
        drafts_.scripts.push_back(std::move(*script));
    } else if (name == "track_file" || name == "vrrp_track_file") {
      if (is_new_name(call, "track_file"))
        drafts_.files.push_back(read_tracked_file(context_, statement));
    } else if (name == "vrrp_track_process" || name == "track_process") {
      if (is_new_name(call, "vrrp_track_process"))
        drafts_.processes.push_back(read_tracked_process(context_, statement));
    } else if (name == "static_ipaddress") {
      for (const Statement& entry : statement.block)
        if (entry.keyword() != "{")
          if (auto address = read_address(context_, entry))
            drafts_.static_addresses.push_back(std::move(*address));
    } else if (name == "instance") {
      if (auto value = text_word(call)) drafts_.globals.globals.instance_name = value->value;
    } else if (name == "net_namespace") {
      if (auto value = text_word(call)) drafts_.globals.globals.network_namespace = value->value;
    } else if (name == "use_pid_dir") {
      drafts_.globals.globals.use_pid_dir = true;
    }
  }

  // False, with a finding, for a block without a name or with one that is taken.
  bool is_new_name(const Call& call, std::string_view kind) {
    const std::vector<Word>& words = call.statement.words;
    if (words.size() < 2) {
      call.findings().error(
          call.statement.at(), fmt::format("`{}` has no name", call.keyword.name),
          fmt::format("write `{} NAME {{ … }}`; the block is skipped", call.keyword.name));
      return false;
    }
    if (words.size() > 2)
      call.findings().warning(
          words[2].at, fmt::format("`{}` is ignored: a {} has one name", words[2].text, kind),
          "a name with spaces stands in quotes");
    const auto [before, is_new] =
        names_.emplace(std::pair(std::string(kind), words[1].text), words[1].at);
    if (!is_new)
      call.findings()
          .error(
              words[1].at,
              fmt::format("there is a {} {} already; this block is skipped", kind, words[1].text),
              "give it another name")
          .also(before->second, "the other one is here");
    return is_new;
  }

  Context& context_;
  Drafts drafts_;
  std::map<std::pair<std::string, std::string>, Origin> names_;
};

}  // namespace

Reading read(const std::string& main_file, const Files& files, const Options& options) {
  Sources sources;
  Findings findings(sources);
  Context context{.sources = sources, .findings = findings};
  Lines lines(sources, findings, files, options);
  Reading reading;
  if (lines.open(main_file)) {
    Statements statements(lines, sources, findings, is_outermost);
    Reader reader(context);
    while (const auto statement = statements.next()) reader.take(*statement);
    reading.config = reader.finish();
  }
  reading.verdict = findings.verdict();
  reading.diagnostics = findings.take();
  return reading;
}

Reading read_text(const std::string& name, std::string text, const Options& options) {
  const Files files{.contents = [&](const std::string& path) -> base::Result<std::string> {
                      if (path == name) return text;
                      return base::fail(base::Kind::NotFound, "no such file");
                    },
                    .matching = {}};
  return read(name, files, options);
}

}  // namespace keepalived
