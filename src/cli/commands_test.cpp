#include "cli/commands.h"

#include <gtest/gtest.h>

#include "cli/options.h"
#include "cli/terminal.h"

namespace {

int seven(const cli::Arguments& arguments) {
  return 7 + static_cast<int>(arguments.size());
}

constexpr cli::Command kTable[] = {{"deploy", "do it", seven}, {"plan", "show it", seven}};

struct Printed {
  int status;
  std::string output;
  std::string errors;
};

Printed dispatch(const cli::Arguments& arguments) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int status = cli::dispatch("holdfast", "About.", kTable, arguments);
  return {status, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(Dispatch, HandsTheRemainingWordsToTheCommand) {
  EXPECT_EQ(dispatch({"plan", "a", "b"}).status, 9);
}

TEST(Dispatch, ListsTheCommands) {
  const Printed help = dispatch({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_EQ(help.output,
            "About.\n\nUsage: holdfast COMMAND [OPTIONS]\n\nCommands:\n"
            "  deploy  do it\n  plan    show it\n\n"
            "`holdfast COMMAND --help` explains one of them.\n");
  EXPECT_EQ(dispatch({}).status, cli::kUsage);
}

TEST(Dispatch, SuggestsTheNearestCommand) {
  const Printed unknown = dispatch({"depoly"});
  EXPECT_EQ(unknown.status, cli::kUsage);
  EXPECT_EQ(unknown.errors,
            "error: holdfast: unknown command \"depoly\"\nhint: did you mean `holdfast deploy`?\n");
  EXPECT_EQ(
      dispatch({"quux"}).errors,
      "error: holdfast: unknown command \"quux\"\nhint: holdfast --help lists the commands\n");
}

TEST(Options, FillTheVariablesTheyWereDeclaredWith) {
  std::string manifest, file = "state.json";
  std::vector<std::string> variables;
  bool as_json = false;
  cli::Options options("holdfast deploy", "Deploys.");
  options.argument("MANIFEST", manifest, "the manifest");
  options.value("--state", file, "FILE", "where the state is kept");
  options.values("-v,--var", variables, "NAME=VALUE", "a variable");
  options.flag("--json", as_json, "for programs");
  EXPECT_EQ(options.parse({"-v", "a=1", "m.yml", "--json", "-v", "b=2"}), std::nullopt);
  EXPECT_EQ(manifest, "m.yml");
  EXPECT_EQ(file, "state.json");
  EXPECT_EQ(variables, (std::vector<std::string>{"a=1", "b=2"}));
  EXPECT_TRUE(as_json);
}

TEST(Options, SayWhatIsWrongAndSuggestTheNearest) {
  std::string manifest, file;
  cli::Options options("holdfast deploy", "Deploys.");
  options.argument("MANIFEST", manifest, "the manifest");
  options.value("--state", file, "FILE", "where the state is kept");
  testing::internal::CaptureStderr();
  EXPECT_EQ(options.parse({"m.yml", "--stat=x"}), cli::kUsage);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "error: holdfast deploy: The following argument was not expected: --stat=x\n"
            "hint: did you mean --state?\n");
  testing::internal::CaptureStderr();
  EXPECT_EQ(options.parse({}), cli::kUsage);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "error: holdfast deploy: MANIFEST is required\nhint: holdfast deploy --help\n");
}

TEST(Table, AlignsColumnsAndCountsCharacters) {
  cli::Table table({"NAME", "STATE"});
  table.row({"web/0", "running"});
  table.row({"größe/10", "-"});
  EXPECT_EQ(table.render(), "NAME      STATE\nweb/0     running\ngröße/10  -\n");
}

}  // namespace
