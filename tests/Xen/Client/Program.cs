using System.Net.Sockets;
using XenFbFront.Tests.Xen;

const int failed = 1, wrongUsage = 2, noConnection = 3;
const string help = """
    usage: VNC=HOST:PORT xenclient [--font 8x16|12x24|16x32] [--deadline SECONDS]
                                   COMMAND [-- COMMAND]...

    Looks at QEMU's VNC server and types, all over one connection. What waits does
    so for 120 s unless told otherwise. Status: 0, 1 not as expected (the picture is
    saved in the folder OUT if that is set), 2 usage, 3 connection.

    size                      prints WxH as it is now;  wait-size WxH
    shot FILE.png             saves the picture
    pattern [--depth BITS]    waits for every pixel of `xenfbfront --source pattern`
    pattern --of WxH          the same when the server shows only the top left of it
    pattern-file FILE WxH     compares a PPM picture, as QEMU's screendump writes it
    cells FILE WxH FONT.psf EXPECTED NAME
                              compares a text console cell by cell with FILE.fb, a
                              picture of that size by the kernel's fbcon; EXPECTED has
                              lines NAME ROW:COLUMN REASON of cells that must differ
    same-as FILE.png MASKS    waits for this picture; MASKS has lines PICTURE X Y WIDTH
                              HEIGHT REASON of rectangles that may look otherwise
    text                      prints the text console, read from the picture;
                              U+FFFD is what the font does not have
    wait-text TEXT            waits for TEXT in a line;  no-text TEXT  wants none
    first-match REGEX         waits for a line that matches, prints its (group)
    type TEXT                 types; \n \t \e \\ are Return Tab Escape backslash
    type-slow MS TEXT         the same with a pause after each character
    key NAME...               presses and releases: Return, F1, Control_L, x, 0xff1b
    press NAME...             presses only;  release NAME...  releases only
    chord A+B+C               Control_L+Alt_L+Delete
    keyboard                  presses each key of a US keyboard once, locks twice
    keyboard-random SEED COUNT [--slow MS]     presses letters and digits
                              both print what evdev must see: `1 CODE 1`, `1 CODE 0`
    move X Y                  moves;  button N down|up;  click N X Y;
                              N is 1 left, 2 middle, 3 right
    wheel up|down|left|right COUNT
    points SEED COUNT         moves to the four corners and to random points,
                              prints X Y and the same as raw positions of 32767
    leave-open SECONDS        stays connected and does nothing
    """;

if (args is ["--help" or "-h", ..])
{
    Console.WriteLine(help);
    return 0;
}

string current = "connect";
try
{
    ReadOnlySpan<string> words = args;
    ClientOptions options = ClientOptions.Take(ref words);
    List<Command> commands = Command.ParseAll(words);
    using VncSession session = VncSession.Connect(ClientOptions.Address(Environment.GetEnvironmentVariable("VNC")), options.Deadline);
    CommandContext context = new(session, options, Console.Out);
    foreach (Command command in commands)
    {
        current = command.Name;
        try
        {
            command.Run(context);
        }
        catch (ExpectationException error)
        {
            Console.Error.WriteLine($"xenclient: {current}: {error.Message}{SavePicture(context)}");
            if (error.Detail.Length > 0)
            {
                Console.Error.WriteLine(error.Detail);
            }

            return failed;
        }
    }

    return 0;
}
catch (UsageException error)
{
    Console.Error.WriteLine($"xenclient: {error.Message}");
    return wrongUsage;
}
catch (Exception error) when (error is SocketException or IOException or InvalidDataException or TimeoutException)
{
    Console.Error.WriteLine($"xenclient: {current}: {error.Message}");
    return noConnection;
}

string SavePicture(CommandContext context)
{
    if (Environment.GetEnvironmentVariable("OUT") is not { Length: > 0 } folder || context.Session.Picture.Length == 0)
    {
        return "";
    }

    // A job may fail several times, or try until it succeeds; each picture is kept.
    int number = 1;
    string file;
    while (File.Exists(file = Path.Combine(folder, $"failed-{current}-{number}.png")))
    {
        number++;
    }

    context.Save(file);
    return $" (picture: {file})";
}
