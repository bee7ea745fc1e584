// autoscale completion and autoscale man: what a shell and man(1) want to know of the command line,
// written from the command line itself.
#include <fmt/format.h>

#include <map>

#include "sim/cli/commands.h"

namespace autoscale::cli {
namespace {

/// An option of a command, or with `names` empty what stands without a name.
struct Word {
  std::vector<std::string> names;  // -o, --out
  std::string placeholder;
  std::string description;
  std::vector<std::string> choices;
  std::string list;  // of `autoscale list`, whose first column are the values
  bool takes_value = false;
};

struct Command {
  std::string name;
  std::string description;
  std::vector<Word> words;
};

/// Values of options that the program can list.
const std::map<std::string, std::string> kLists = {
    {"--device", "devices"}, {"--dnn", "dnns"}, {"--policy", "policies"}};

/// The members of "TEXT:{a,b}".
std::vector<std::string> choices_in(const std::string& type) {
  const std::size_t open = type.find('{'), close = type.find('}');
  std::vector<std::string> choices;
  if (open == std::string::npos || close == std::string::npos) return choices;
  for (std::size_t at = open + 1; at < close;) {
    const std::size_t end = std::min(type.find(',', at), close);
    choices.push_back(type.substr(at, end - at));
    at = end + 1;
  }
  return choices;
}

Word word_of(const CLI::Option& option) {
  Word word;
  for (const std::string& name : option.get_snames()) word.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) word.names.push_back("--" + name);
  word.description = option.get_description();
  word.choices = choices_in(option.get_type_name());
  word.takes_value = word.names.empty() || option.get_expected_max() > 0;
  const std::string& long_name = word.names.empty() ? option.get_name() : word.names.back();
  word.placeholder = word.names.empty() ? option.get_name() : "VALUE";
  if (const auto found = kLists.find(long_name); found != kLists.end()) word.list = found->second;
  return word;
}

Command command_of(const CLI::App& app) {
  Command command{app.get_name(), app.get_description(), {}};
  for (const CLI::Option* option : app.get_options({})) command.words.push_back(word_of(*option));
  Word parts;
  for (const CLI::App* part : app.get_subcommands({})) parts.choices.push_back(part->get_name());
  if (!parts.choices.empty()) command.words.push_back(std::move(parts));
  return command;
}

std::vector<Command> commands_of(const CLI::App& app) {
  std::vector<Command> commands;
  for (const CLI::App* sub : app.get_subcommands({})) commands.push_back(command_of(*sub));
  return commands;
}

/// Text between single quotes of a shell.
std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4) {
    text.replace(at, 1, "'\\''");
  }
  return "'" + text + "'";
}

std::string names_of(const std::vector<Command>& commands) {
  std::string text;
  for (const Command& c : commands) text += (text.empty() ? "" : " ") + c.name;
  return text;
}

/// What a shell runs for the values of a list.
std::string listing(const std::string& list) {
  return fmt::format("autoscale list {} --csv 2>/dev/null | tail -n +2 | cut -d, -f1", list);
}

// ------------------------------------------------------------------------------------------- bash

std::string bash(const std::vector<Command>& commands) {
  std::string text =
      "# Completion of autoscale for bash.\n_autoscale() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
      "  local options='' values=''\n  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n";
  text +=
      fmt::format("    mapfile -t COMPREPLY < <(compgen -W {} -- \"$word\")\n    return\n  fi\n",
                  quoted(names_of(commands) + " --help --version"));
  text += "  case \"${COMP_WORDS[1]} $before\" in\n";
  for (const Command& c : commands) {
    for (const Word& w : c.words) {
      if (w.list.empty() && (w.choices.empty() || w.names.empty())) continue;
      const std::string values = w.list.empty()
                                     ? quoted(fmt::format("{}", fmt::join(w.choices, " ")))
                                     : fmt::format("$({})", listing(w.list));
      for (const std::string& name : w.names) {
        text += fmt::format("    {}) values={} ;;\n", quoted(c.name + " " + name), values);
      }
    }
  }
  text +=
      "  esac\n  if [ -n \"$values\" ]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$values\" -- \"$word\")\n    return\n  fi\n"
      "  case ${COMP_WORDS[1]} in\n";
  for (const Command& c : commands) {
    std::string options;
    for (const Word& w : c.words) {
      for (const std::string& name : w.names) options += " " + name;
      if (w.names.empty()) options += fmt::format(" {}", fmt::join(w.choices, " "));
    }
    text += fmt::format("    {}) options={} ;;\n", c.name, quoted(options));
  }
  text +=
      "  esac\n  mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\"; "
      "compgen -f -- \"$word\")\n}\ncomplete -o filenames -F _autoscale autoscale\n";
  return text;
}

// -------------------------------------------------------------------------------------------- zsh

/// A description within zsh's [...].
std::string in_brackets(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("[]:\\", at)) != std::string::npos; at += 2) {
    text.insert(at, "\\");
  }
  return text;
}

std::string zsh_values(const Word& word) {
  if (!word.list.empty()) return fmt::format(":value:($({}))", listing(word.list));
  if (!word.choices.empty()) return fmt::format(":value:({})", fmt::join(word.choices, " "));
  return word.takes_value ? ":value:_files" : "";
}

std::string zsh(const std::vector<Command>& commands) {
  std::string text =
      "#compdef autoscale\n# Completion of autoscale for zsh.\n_autoscale() {\n"
      "  if (( CURRENT == 2 )); then\n    local -a commands=(\n";
  for (const Command& c : commands) {
    text += fmt::format("      {}\n", quoted(c.name + ":" + in_brackets(c.description)));
  }
  text +=
      "    )\n    _describe command commands\n    return\n  fi\n"
      "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n";
  for (const Command& c : commands) {
    text += fmt::format("    {}) _arguments", c.name);
    for (const Word& w : c.words) {
      if (w.names.empty() && !w.choices.empty()) text += " " + quoted(zsh_values(w));
      for (const std::string& name : w.names) {
        text +=
            " " + quoted(fmt::format("*{}[{}]{}", name, in_brackets(w.description), zsh_values(w)));
      }
    }
    text += " '*:file:_files' ;;\n";
  }
  // Either zsh loads this file when it first completes, or someone sources it.
  return text +
         "  esac\n}\nif [[ $funcstack[1] == _autoscale ]]; then _autoscale \"$@\"; "
         "else compdef _autoscale autoscale; fi\n";
}

// ------------------------------------------------------------------------------------------- fish

std::string fish(const std::vector<Command>& commands) {
  std::string text = "# Completion of autoscale for fish.\n";
  for (const Command& c : commands) {
    text += fmt::format("complete -c autoscale -n __fish_use_subcommand -f -a {} -d {}\n", c.name,
                        quoted(c.description));
    for (const Word& w : c.words) {
      std::string line =
          fmt::format("complete -c autoscale -n '__fish_seen_subcommand_from {}'", c.name);
      for (const std::string& name : w.names) {
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (!w.names.empty() && w.takes_value) line += " -r";
      if (!w.list.empty()) line += fmt::format(" -f -a {}", quoted("(" + listing(w.list) + ")"));
      if (!w.choices.empty()) {
        line += fmt::format(" -f -a {}", quoted(fmt::format("{}", fmt::join(w.choices, " "))));
      }
      if (w.names.empty() && w.choices.empty() && w.list.empty()) continue;  // a file
      text += fmt::format("{} -d {}\n", line, quoted(w.description));
    }
  }
  return text;
}

// -------------------------------------------------------------------------------------------- man

/// Text that roff prints as it is.
std::string roff(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("\\-", at)) != std::string::npos; at += 2) {
    text.insert(at, "\\");
    if (text[at + 1] == '\\') text.replace(at, 2, "\\e");
  }
  if (text.starts_with('.') || text.starts_with('\'')) text.insert(0, "\\&");
  return text;
}

std::string man(const std::string& title, const std::vector<Command>& commands) {
  std::string text = fmt::format(
      ".TH AUTOSCALE 1\n.SH NAME\nautoscale \\- {}\n.SH SYNOPSIS\n.B autoscale\n.I COMMAND\n"
      "[\\fIOPTION\\fR]...\n.SH COMMANDS\n",
      roff(title));
  for (const Command& c : commands) {
    text += fmt::format(".SS {}\n{}\n", c.name, roff(c.description));
    for (const Word& w : c.words) {
      if (w.description.empty()) continue;
      const std::string names =
          w.names.empty() ? w.placeholder : fmt::format("{}", fmt::join(w.names, ", "));
      const std::string value = w.names.empty() || !w.takes_value ? "" : " \\fIVALUE\\fR";
      text += fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", roff(names), value, roff(w.description));
    }
  }
  return text +
         ".SH EXIT STATUS\n0 fine; 1 a run failed; 2 wrong usage or input; 3 a policy broke its "
         "contract; 4 files could not be read or written.\n.SH ENVIRONMENT\n.TP\n"
         "\\fBAUTOSCALE_DATA\\fR\nfolders with data of your own, separated by colons\n.TP\n"
         "\\fBAUTOSCALE_PYTHON\\fR\nthe Python of commands that are written in it\n";
}

}  // namespace

void add_completion(CLI::App& app, Action& action) {
  auto shell = std::make_shared<std::string>();
  CLI::App* sub = app.add_subcommand("completion", "Print the completion of a shell");
  sub->add_option("shell", *shell, "which shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  sub->footer("Example:\n  source <(autoscale completion bash)");
  sub->callback([shell, &app, &action] {
    action = [shell, &app] {
      const std::vector<Command> commands = commands_of(app);
      fmt::print("{}", *shell == "bash"  ? bash(commands)
                       : *shell == "zsh" ? zsh(commands)
                                         : fish(commands));
      return kOk;
    };
  });
}

void add_man(CLI::App& app, Action& action) {
  CLI::App* sub = app.add_subcommand("man", "Print the page for man(1)");
  sub->footer("Example:\n  autoscale man | man -l -");
  sub->callback([&app, &action] {
    action = [&app] {
      fmt::print("{}", man(app.get_description(), commands_of(app)));
      return kOk;
    };
  });
}

}  // namespace autoscale::cli
