using System.Text;

namespace XenFbFront.Tests.Content.Terminal;

/// <summary>Makes output as no sane program writes it: the grammar of a terminal with wrong numbers, too many of them, wrong bytes in between, and broken characters.</summary>
/// <param name="random">Where all choices come from.</param>
internal sealed class TerminalOutputGenerator(Random random)
{
    private static readonly string[] s_numbers = ["", "0", "1", "2", "3", "5", "7", "8", "38", "48", "58", "69", "79", "80", "200", "255", "512", "9999", "32767", "65536", "2147483646", "2147483647", "2147483648", "4294967295", "4294967296", "9223372036854775807", "99999999999999999999999"];
    private static readonly string[] s_modes = ["1", "4", "5", "6", "7", "12", "20", "25", "47", "69", "1000", "1002", "1003", "1004", "1005", "1006", "1015", "1047", "1048", "1049", "2004"];

    /// <summary>Narrow, wide, combining, both wide and combining, controls, ill-defined, beyond Unicode.</summary>
    private static readonly int[] s_characters = [0x41, 0x7e, 0xe9, 0x3a9, 0x2500, 0x6f22, 0x1f600, 0xff21, 0x301, 0x301, 0x323, 0x20d0, 0x302a, 0x3099, 0x3099, 0x309a, 0xfe0f, 0x200d, 0xe0101, 0x1160, 0x80, 0x85, 0x9b, 0x90, 0x9f, 0xa0, 0xad, 0xfffd, 0xfffe, 0xd800, 0x10ffff, 0x110000, 0x1fffff, 0x3ffffff, 0x7fffffff];

    private readonly List<byte> _bytes = [];

    /// <summary>Some output.</summary>
    /// <param name="parts">How many characters, sequences and controls.</param>
    public byte[] Next(int parts)
    {
        _bytes.Clear();
        for (int i = 0; i < parts; i++)
        {
            Part();
        }

        return [.. _bytes];
    }

    /// <summary>Output that libvterm itself reads without harm and obeys as it should.</summary>
    public byte[] NextHarmless(int parts)
    {
        _bytes.Clear();
        for (int i = 0; i < parts; i++)
        {
            HarmlessPart();
        }

        return [.. _bytes];
    }

    private void Part()
    {
        switch (random.Next(20))
        {
            case < 5:
                Sequence();
                break;
            case 5:
                Attributes();
                break;
            case 6 or 7:
                Modes();
                break;
            case 8:
                // Beginnings without an end, and ends without a beginning.
                Add(Any("\e", "\e[", "\e[?", "\e]", "\e]0;", "\eP", "\eP$q", "\eX", "\e^", "\e_", "\e ", "\e#", "\e(", "\e%", "\e[1", "\e[;", "\e[1$", "\e\\", "\a", "\x18", "\x1a", "\0", "\x7f", "[5b", "]0;", "c", "m"));
                break;
            case 9:
                Text();
                break;
            case 10:
                _bytes.Add((byte)random.Next(0x20));
                break;
            case 11:
                _bytes.Add((byte)random.Next(256));
                break;
            case 12:
                Character(s_characters[random.Next(s_characters.Length)], random.Next(4) == 0);
                break;
            case 13:
                // One of them many times, as marks and wide characters are most dangerous.
                int character = s_characters[random.Next(s_characters.Length)];
                for (int count = random.Next(random.Next(200) + 1); count >= 0; count--)
                {
                    Character(character, false);
                }

                break;
            case 14:
                Add($"\e[{Number()}b");
                break;
            case 15:
                String();
                break;
            case 16:
                Add(Any("\ec", "\e7", "\e8", "\eD", "\eE", "\eH", "\eM", "\eN", "\eO", "\en", "\eo", "\e~", "\e}", "\e|", "\e=", "\e>", "\e(0", "\e)0", "\e*B", "\e+A", "\e(B", "\e(U", "\x0e", "\x0f", "\e#3", "\e#4", "\e#5", "\e#6", "\e#8", "\e F", "\e G", "\e%G", "\e%@", "\e[!p", "\e[3J"));
                break;
            case 17:
                Add(Any("\r", "\n", "\t", "\b", "\v", "\f", "\r\n\r\n\r\n"));
                break;
            case 18:
                // The edges of the screen, where most goes wrong.
                Add($"\e[{Any("1", "999", "2", "12")};{Any("1", "2", "999", "998", "40", "41")}H");
                break;
            default:
                Add($"\e[{Number()};{Number()}{Any("r", "s")}");
                break;
        }
    }

    private void Sequence()
    {
        Add("\e[");
        if (random.Next(4) == 0)
        {
            Add(Any("?", ">", "<", "=", "??", "!"));
        }

        int count = random.Next(8) == 0 ? random.Next(200) : random.Next(4);
        for (int i = 0; i < count; i++)
        {
            Add(Number());
            Add(random.Next(8) == 0 ? ":" : ";");
            if (random.Next(20) == 0)
            {
                _bytes.Add((byte)random.Next(256));
            }
        }

        Add(Number());
        if (random.Next(5) == 0)
        {
            Add(Any(" ", "\"", "$", "'", "!", "*", "  ", "+"));
        }

        _bytes.Add((byte)random.Next(0x40, 0x7f));
    }

    private void Attributes()
    {
        Add("\e[");
        for (int count = random.Next(random.Next(40) + 1); count > 0; count--)
        {
            Add(Any("0", "1", "4", "4:3", "4:", "7", "10", "19", "21", "31", "97", "107", "38", "48", "38;5", "38;5;9", "48:5:200", "38;2;1;2;3", "38:2::1:2:3", "48;2;999;2", "58;5;1", Number()));
            Add(random.Next(6) == 0 ? ":" : ";");
        }

        Add("m");
    }

    private void Modes()
    {
        Add(random.Next(5) == 0 ? "\e[" : "\e[?");
        for (int count = random.Next(8) == 0 ? random.Next(60) : 0; count > 0; count--)
        {
            Add(s_modes[random.Next(s_modes.Length)] + ";");
        }

        Add(s_modes[random.Next(s_modes.Length)] + Any("h", "h", "l", "$p"));
    }

    private void String()
    {
        Add(Any("\e]0;", "\e]1;", "\e]2;", "\e]52;c;", "\eP$q", "\ePq", "\eX", "\e_", "\e^"));
        switch (random.Next(3))
        {
            case 0:
                Add(Any("m", "r", "s", " q", "\"q", "x", "", "mm"));
                break;
            case 1:
                Text();
                break;
            default:
                for (int count = random.Next(300); count > 0; count--)
                {
                    _bytes.Add((byte)random.Next(256));
                }

                break;
        }

        Add(Any("\e\\", "\e\\", "\a", "\x18", "\e", ""));
    }

    private void Text()
    {
        for (int count = random.Next(random.Next(400) + 1); count > 0; count--)
        {
            _bytes.Add((byte)random.Next(0x20, 0x7f));
        }
    }

    /// <summary>In UTF-8 of up to six bytes, as it was once defined.</summary>
    private void Character(int codePoint, bool isCut)
    {
        int length = codePoint switch { < 0x80 => 1, < 0x800 => 2, < 0x10000 => 3, < 0x200000 => 4, < 0x4000000 => 5, _ => 6 };
        int kept = isCut ? random.Next(length) + 1 : length;
        for (int i = 0; i < kept; i++)
        {
            int bits = codePoint >> (6 * (length - 1 - i));
            _bytes.Add((byte)(length == 1 ? bits : i == 0 ? (0xff00 >> length & 0xff) | bits : 0x80 | (bits & 0x3f)));
        }
    }

    private void HarmlessPart()
    {
        string number = Any("", "1", "2", "3", "5", "7", "200");
        Add(random.Next(16) switch
        {
            0 => $"\e[{number}{Any("@", "A", "B", "C", "D", "E", "F", "G", "I", "L", "M", "P", "S", "T", "X", "Z", "`", "a", "d", "e", "j", "k")}",
            1 => $"\e[{number};{Any("", "1", "2", "9", "300")}{Any("H", "f")}",
            2 => Any("\e[", "\e[?") + Any("", "0", "1", "2") + Any("J", "K"),
            3 => $"\e[{Any("0", "1", "3", "4", "5", "7", "9", "10", "22", "31", "42", "95", "103", "38;5;200", "48;2;1;2;3", "4:3", "1;33;44")}m",
            4 => $"\e[{Any("", "1", "2")};{Any("", "3", "4", "5")}r",
            5 => $"\e[?69h\e[{Any("", "1", "2")};{Any("", "6", "9", "10")}s",
            6 => $"\e[?{Any("1", "5", "6", "7", "25", "69", "1000", "1003", "1006", "1047", "1048", "1049", "2004")}{Any("h", "l")}",
            7 => Any("\e[4h", "\e[4l", "\e[20h", "\e[20l", "\e[g", "\e[3g", "\e[2 q", "\e[1\"q", "\e[\"q", "\e[2'}", "\e['~"),
            8 => Any("\e7", "\e8", "\eD", "\eE", "\eH", "\eM", "\eN", "\eO", "\en", "\eo", "\e(0", "\e)0", "\e(B", "\e)B", "\e*A", "\x0e", "\x0f"),
            9 => Any("\e#3", "\e#4", "\e#5", "\e#6", "\e#8", "\e]0;title\a", "\e]2;title\e\\", "\eP$qm\e\\", "\e[5n", "\e[6n", "\e[c", "\e[>c", "\e[?6$p"),
            10 => Any("é", "漢", "字漢", "e\u0301", "漢\u0301\u0323", "─"),
            11 or 12 => Any("\r\n", "\n", "\b", "\t", "\r"),
            _ => "text of a line, a word or more"[random.Next(20)..],
        });
    }

    private string Number() => s_numbers[random.Next(s_numbers.Length)];

    private string Any(params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];

    private void Add(string text) => _bytes.AddRange(Encoding.UTF8.GetBytes(text));
}
