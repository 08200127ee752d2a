using System.Text;
using XenFbFront.Configuration;
using XenFbFront.Tests.EndToEnd;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Configuration;

/// <summary>What shells complete is what the table of options has. With XENFBFRONT_WRITE_REFERENCES=1 the files are written anew.</summary>
public sealed class CompletionTests
{
    private static readonly string s_folder = Path.Combine(Frontends.RepositoryRoot, "frontend", "Packaging", "completion");

    /// <summary>Options that take a file, of those with fixed words and without.</summary>
    private static readonly string[] s_files = ["font", "fallback-font", "keymap", "config"];

    private static IEnumerable<Option> ForDoctor => OptionTable.All.Where(static option => !option.IsBare);

    [Theory]
    [InlineData("xenfbfront.bash")]
    [InlineData("xenfbfront.fish")]
    [InlineData("_xenfbfront")]
    public void File_IsWhatTheTableSays(string name)
    {
        string path = Path.Combine(s_folder, name), expected = name switch { "xenfbfront.bash" => Bash(), "xenfbfront.fish" => Fish(), _ => Zsh() };
        if (Environment.GetEnvironmentVariable("XENFBFRONT_WRITE_REFERENCES") is not null)
        {
            File.WriteAllText(path, expected);
        }

        Assert.True(File.ReadAllText(path) == expected, $"{path} is not what OptionTable says: run this test with XENFBFRONT_WRITE_REFERENCES=1 and look at the difference");
    }

    [Theory]
    [InlineData("xenfbfront --so", "--source")]
    [InlineData("xenfbfront --fall", "--fallback-font")]
    [InlineData("xenfbfront --source ", "console term pattern keys")]
    [InlineData("xenfbfront --vt 2 --cursor b", "block")]
    [InlineData("xenfbfront --log=", "error warning info debug")]
    [InlineData("xenfbfront --log=de", "debug")]
    [InlineData("xenfbfront --unbind=", "yes no")]
    [InlineData("xenfbfront --unbind --sc", "--scale")]
    [InlineData("xenfbfront --font builtin:2", "24")]
    [InlineData("xenfbfront --font=builtin:", "16 24 32")]
    [InlineData("xenfbfront --sink rec", "record:")]
    [InlineData("xenfbfront --vt ", "")]
    [InlineData("xenfbfront d", "doctor")]
    [InlineData("xenfbfront --log debug d", "")]
    [InlineData("xenfbfront doctor --js", "--json")]
    [InlineData("xenfbfront doctor --no-h", "")]
    [InlineData("xenfbfront ctl ", "status watch metrics program sizes resize screenshot source keys trace upgrade help --loopback")]
    [InlineData("xenfbfront ctl --loopback /nowhere re", "resize")]
    [InlineData("xenfbfront upgrade -", "--loopback")]
    public void Bash_Completes(string line, string expected)
    {
        // As readline calls it: it takes words apart at = and : as well, and replaces the last part.
        (int status, string output) = Command.RunOrSkip(
            "XENFBFRONT_REQUIRE_MANUAL", "bash", "--norc", "-c", "set -u; source \"$1\"; COMP_LINE=$2 COMP_POINT=${#2}; _xenfbfront; echo \"${COMPREPLY[*]-}\"; complete -p xenfbfront > /dev/null", "bash",
            Path.Combine(s_folder, "xenfbfront.bash"), line);
        Assert.Equal((0, expected + "\n"), (status, output));
    }

    [Theory]
    [InlineData("xenfbfront --config ")]
    [InlineData("xenfbfront --font=")]
    [InlineData("xenfbfront --loopback ")]
    public void Bash_CompletesFiles(string option)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("xenfbfront");
        try
        {
            folder.CreateSubdirectory("inside it");
            (_, string output) = Command.RunOrSkip(
                "XENFBFRONT_REQUIRE_MANUAL", "bash", "--norc", "-c", "source \"$1\"; COMP_LINE=$2 COMP_POINT=${#2}; _xenfbfront; printf '%s\\n' \"${COMPREPLY[@]}\"", "bash", Path.Combine(s_folder, "xenfbfront.bash"), $"{option}{folder.FullName}/in");
            Assert.Equal($"{folder.FullName}/inside it\n", output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("xenfbfront --log ", "debug error info warning")]
    [InlineData("xenfbfront --log=d", "--log=debug")]
    [InlineData("xenfbfront --sour", "--source")]
    [InlineData("xenfbfront do", "doctor")]
    [InlineData("xenfbfront doctor --js", "--json")]
    [InlineData("xenfbfront ctl re", "resize")]
    public void Fish_Completes(string line, string expected)
    {
        (int status, string output) = Command.RunOrSkip("XENFBFRONT_REQUIRE_MANUAL", "fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", Path.Combine(s_folder, "xenfbfront.fish"), line);
        Assert.Equal(0, status);
        Assert.Equal(expected, string.Join(' ', output.TrimEnd('\n').Split('\n').Select(static completion => completion.Split('\t')[0]).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("xenfbfront --so", "--source")]
    [InlineData("xenfbfront --source ", "console keys pattern term")]
    [InlineData("xenfbfront --log=d", "debug")]
    [InlineData("xenfbfront --font builtin:", "builtin:16 builtin:24 builtin:32")]
    [InlineData("xenfbfront --sink rec", "record:")]
    [InlineData("xenfbfront --unbind=", "no yes")]
    [InlineData("xenfbfront --unbind --sc", "--scale")]
    [InlineData("xenfbfront do", "doctor")]
    [InlineData("xenfbfront doctor --js", "--json")]
    [InlineData("xenfbfront doctor --no-h", "")]
    [InlineData("xenfbfront ctl re", "resize")]
    [InlineData("xenfbfront ctl --loopback /nowhere so", "source")]
    [InlineData("xenfbfront upgrade --l", "--loopback")]
    public void Zsh_Completes(string line, string expected)
    {
        // A zsh that a person could sit at, where each word that completion finds is printed as well. What is waited for is not what is typed, which is echoed.
        (int status, string output) = Command.RunOrSkip("XENFBFRONT_REQUIRE_MANUAL", "zsh", "-f", "-c", """
            zmodload zsh/zpty
            zpty shell "TERM=dumb zsh -f -i"
            zpty -w shell "PROMPT= RPROMPT= fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; setopt no_beep; LISTMAX=0"
            zpty -w shell "_ask() { compadd() { local -a given; builtin compadd -O given \"\$@\"; print -l -- BEGIN\$^given; builtin compadd \"\$@\" }; _main_complete; print FOUND''ALL }"
            zpty -w shell "zle -C ask complete-word _ask; bindkey '^I' ask; print REA''DY"
            zpty -r -m shell output "*READY*"
            zpty -w -n shell "$2"$'\t'
            zpty -r -m shell output "*FOUNDALL*"
            print -r -- "$output"
            """, "zsh", s_folder, line);
        Assert.Equal(0, status);
        IEnumerable<string> found = output.Split('\n').Where(static printed => printed.Contains("BEGIN", StringComparison.Ordinal)).Select(static printed => printed[(printed.LastIndexOf("BEGIN", StringComparison.Ordinal) + 5)..].Trim());
        Assert.Equal(expected, string.Join(' ', found.Where(static word => word.Length > 0).Distinct().Order(StringComparer.Ordinal)));
    }

    private static string Bash()
    {
        StringBuilder text = new("""
            # What bash completes for xenfbfront. Made from the program's table of options: see tests/Configuration/CompletionTests.cs.
            _xenfbfront() {
                local line=${COMP_LINE:0:COMP_POINT} words='' action=''
                local word=${line##*[[:space:]]}
                local -a said=()
                read -ra said <<< "${line%"$word"}"
                local before=${said[${#said[@]} - 1]}
                case $word in
                    --*=*) before=${word%%=*}= word=${word#*=} ;;
                esac
                case $before in

            """);
        List<string> others = [];
        foreach (Option option in OptionTable.All.Where(static option => !option.IsBare))
        {
            string action = s_files.Contains(option.Name) ? "file" : option.Name == "loopback" ? "directory" : "";
            string pattern = option.Alone is null ? $"--{option.Name} | --{option.Name}=" : $"--{option.Name}=";
            if (option.Words.Length == 0 && action.Length == 0)
            {
                others.Add(pattern);
                continue;
            }

            text.Append($"        {pattern})");
            text.Append(option.Words.Length > 0 ? $" words='{string.Join(' ', option.Words)}'" : "").Append(action.Length > 0 ? $" action={action}" : "").Append(" ;;\n");
        }

        text.Append($"        {string.Join(" | ", others)}) ;;\n");
        text.Append("        *)\n            case ${said[1]-} in\n");
        text.Append($"                ctl) words='{string.Join(' ', ManualTests.CommandsOfCtl)} help --loopback' ;;\n");
        text.Append("                upgrade) words='--loopback' ;;\n");
        text.Append($"                doctor) words='--json --help {string.Join(' ', ForDoctor.Select(static option => "--" + option.Name))}' ;;\n");
        text.Append($"                '') words='doctor ctl upgrade {string.Join(' ', OptionTable.All.Select(static option => "--" + option.Name))}' ;;\n");
        text.Append($"                *) words='{string.Join(' ', OptionTable.All.Select(static option => "--" + option.Name))}' ;;\n");
        return text.Append("""
                        esac
                        ;;
                esac
                mapfile -t COMPREPLY < <(compgen ${action:+-A "$action"} -W "$words" -- "$word")
                # Only what stands behind the last = or : is replaced.
                local kept=${word%"${word##*[:=]}"}
                COMPREPLY=("${COMPREPLY[@]#"$kept"}")
                if [ -n "$action" ]; then
                    compopt -o filenames 2> /dev/null
                elif [ "${COMPREPLY[*]}" = record: ]; then
                    compopt -o nospace 2> /dev/null
                fi
                return 0
            }
            complete -F _xenfbfront xenfbfront

            """).ToString();
    }

    private static string Fish()
    {
        const string first = "test (count (commandline -opc)) -eq 1", doctor = "__fish_seen_subcommand_from doctor", control = "__fish_seen_subcommand_from ctl";
        StringBuilder text = new("# What fish completes for xenfbfront. Made from the program's table of options: see tests/Configuration/CompletionTests.cs.\ncomplete -c xenfbfront -f\n");
        text.Append($"complete -c xenfbfront -n '{first}' -a doctor -d 'what is missing here'\n");
        text.Append($"complete -c xenfbfront -n '{first}' -a ctl -d 'ask the running program'\n");
        text.Append($"complete -c xenfbfront -n '{first}' -a upgrade -d 'the running program becomes this one'\n");
        text.Append($"complete -c xenfbfront -n '{doctor}' -l json -d 'for programs'\n");
        text.Append($"complete -c xenfbfront -n '{control}' -a '{string.Join(' ', ManualTests.CommandsOfCtl)} help'\n");
        foreach (Option option in OptionTable.All)
        {
            string description = option.Help.Split('\n')[0].Replace("'", "\\'", StringComparison.Ordinal);
            string value = option.IsBare || option.Alone is not null ? "" : s_files.Contains(option.Name) ? " -r -F" : option.Name == "loopback" ? " -x -a '(__fish_complete_directories)'" : " -x";
            string words = option.Words.Length == 0 || option.Alone is not null ? "" : $" -a '{string.Join(' ', option.Words)}'";
            text.Append($"complete -c xenfbfront -l {option.Name}{value}{words} -d '{description}'\n");
        }

        return text.ToString();
    }

    private static string Zsh()
    {
        StringBuilder text = new("#compdef xenfbfront\n# What zsh completes for xenfbfront. Made from the program's table of options: see tests/Configuration/CompletionTests.cs.\nlocal -a settings=(\n");
        foreach (Option option in ForDoctor)
        {
            text.Append($"    {Specification(option)}\n");
        }

        text.Append(")\nlocal -a others=(\n");
        foreach (Option option in OptionTable.All.Where(static option => option.IsBare))
        {
            text.Append($"    {Specification(option)}\n");
        }

        string loopback = Specification(OptionTable.Find("loopback")!);
        return text.Append($$"""
            )
            if (( CURRENT > 2 )); then
                case $words[2] in
                    ctl)
                        shift words
                        (( CURRENT-- ))
                        _arguments {{loopback}} '1: :({{string.Join(' ', ManualTests.CommandsOfCtl)}} help)' '*: :_files'
                        return
                        ;;
                    upgrade)
                        shift words
                        (( CURRENT-- ))
                        _arguments {{loopback}}
                        return
                        ;;
                    doctor)
                        shift words
                        (( CURRENT-- ))
                        _arguments '--json[for programs]' '--help[what it looks at]' $settings
                        return
                        ;;
                esac
            fi
            _arguments $settings $others '1: :(doctor ctl upgrade)'

            """).ToString();

        static string Specification(Option option)
        {
            string words = string.Join(' ', option.Words);
            string action = s_files.Contains(option.Name) ? words.Length > 0 ? $"{{ compadd {words}; _files }}" : "_files"
                : option.Name == "loopback" ? "_files -/" : words.Length > 0 ? $"({words})" : " ";
            string value = option.IsBare ? "" : option.Alone is null ? $":{Escaped(option.Value)}:{Escaped(action)}" : $"::value:{Escaped(action)}";
            string assigns = option.IsBare ? "" : option.Alone is null ? "=" : "=-";
            return $"'--{option.Name}{assigns}[{Escaped(option.Help.Split('\n')[0])}]{value}'";
        }

        static string Escaped(string text)
        {
            StringBuilder escaped = new();
            foreach (char letter in text)
            {
                escaped.Append(letter switch { ':' or '[' or ']' => $"\\{letter}", '\'' => "'\\''", _ => $"{letter}" });
            }

            return escaped.ToString();
        }
    }
}
