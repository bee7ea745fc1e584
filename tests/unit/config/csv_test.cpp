// Tables of separated values: what counts in our own, and what is overlooked in other people's.
#include "sim/config/csv.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace autoscale::config {
namespace {

/// The fields, "a|b" per line, the header first; then the errors.
std::string read(std::string_view content, CsvShape shape) {
  const TemporaryFolder folder;
  Diagnostics diagnostics;
  CsvReader reader(folder.write("table.csv", content), diagnostics, std::move(shape));
  std::string text;
  const auto add = [&text](const std::vector<std::string>& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) text += (i ? "|" : "") + fields[i];
    text += "\n";
  };
  add(reader.header());
  while (reader.next()) {
    std::vector<std::string> fields;
    for (std::size_t i = 0; i < reader.header().size(); ++i) fields.push_back(reader.text(i));
    add(fields);
  }
  for (const Diagnostic& d : diagnostics.list()) {
    text += std::to_string(d.mark.line) + ": " + d.message + "\n";
  }
  return text;
}

TEST(CsvTest, InOurOwnTablesEveryCharacterCounts) {
  EXPECT_EQ(read("a, b\n 1,2 \n", {}), "a| b\n 1|2 \n");
  EXPECT_EQ(read("a;b\n1;2\n", {}), "a;b\n1;2\n");
  EXPECT_EQ(read("1,2\n3,4\n", {}), "1|2\n3|4\n");
  EXPECT_EQ(read("a,b\na,b\n", {}), "a|b\na|b\n");
  EXPECT_EQ(read("a,b\n1,2,\n", {}), "a|b\n2: 3 fields, but the header has 2\n");
  EXPECT_EQ(read("a,a\n", {}), "a|a\n1: column 'a' appears twice\n");
}

TEST(CsvTest, FindsOutHowATableFromOutsideIsWritten) {
  const auto outside = [](std::string_view content) { return read(content, unknown_csv_shape()); };
  EXPECT_EQ(outside("a ,\tb\n 1 ,\t2\n"), "a|b\n1|2\n");
  EXPECT_EQ(outside("a;b,c\n1;2\n"), "a|b,c\n1|2\n");
  EXPECT_EQ(outside("\"a;b\",c\n1,2\n"), "a;b|c\n1|2\n");
  EXPECT_EQ(outside("a\tb;c\n1\t2\n"), "a|b;c\n1|2\n");
  EXPECT_EQ(outside("a  b \"c d\"\n 1 2\t3 \n"), "a|b|c d\n1|2|3\n");
  EXPECT_EQ(outside("sep=\t\na,\tb\n1,\t2\n"), "a,|b\n1,|2\n");
  EXPECT_EQ(outside("1;2\n3;4\n"), "1|2\n1|2\n3|4\n");
  EXPECT_EQ(outside("1;x\n3;4\n"), "1|2\n1|x\n3|4\n");
  EXPECT_EQ(outside("a,b,,\n1,2,,\n"), "a|b||\n1|2||\n");
  EXPECT_EQ(outside("a,b\n1,2,3\n"),
            "a|b\n2: 3 fields, but the header has 2; fields are parted by commas, the header is: "
            "a, b\n");
}

TEST(CsvTest, NumbersMayHaveADecimalCommaWhereCommasPartNothing) {
  const TemporaryFolder folder;
  Diagnostics diagnostics;
  CsvReader reader(folder.write("t", "a;b;c\n-1,5;+2;1,5,0\n"), diagnostics, unknown_csv_shape());
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.number(0), -1.5);
  EXPECT_EQ(reader.number(1), 2);
  EXPECT_EQ(reader.number_if_any(2), std::nullopt);
  EXPECT_TRUE(diagnostics.empty());
}

TEST(CsvTest, ColumnsFromOutsideHaveNumbersToo) {
  const TemporaryFolder folder;
  Diagnostics diagnostics;
  CsvReader outside(folder.write("t", "3,b,1\nx,y,z\n"), diagnostics,
                    {CsvSeparator::kComma, "#", true, true});
  EXPECT_EQ(outside.column("3"), 0) << "a name goes before a number";
  EXPECT_EQ(outside.column("1"), 2);
  EXPECT_EQ(outside.column("2"), 1);
  EXPECT_EQ(outside.column("0"), std::nullopt);
  EXPECT_EQ(outside.column("4"), std::nullopt);
  EXPECT_EQ(CsvReader(folder.write("t", "a,b\n"), diagnostics).column("1"), std::nullopt);
}

/// What a file's header holds must not reach the terminal by way of a message.
TEST(CsvTest, MessagesHoldNoControlCharacters) {
  const TemporaryFolder folder;
  Diagnostics diagnostics;
  CsvReader reader(folder.write("t", "time,\x1b[31mred\x7f,\tx\n"), diagnostics, {});
  reader.require("colour");
  ASSERT_EQ(diagnostics.list().size(), 1U);
  EXPECT_EQ(diagnostics.list()[0].message, "no column 'colour' (legal: time, ?[31mred?, ?x)");
}

}  // namespace
}  // namespace autoscale::config
