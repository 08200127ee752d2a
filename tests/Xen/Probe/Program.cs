using Xenbus;
using XenFbFront.Probe;

const string usage = """
    usage: probe frames COUNT [--way NAME] [--drop CAPABILITY,...]
               in a guest: allocates pages, writes a text into each, tells their frame numbers by every way, keeps them until its input ends
           probe map DOMID [FRAME...]
               in domain 0: maps frames of a guest, or those on its input, and prints the text of each; 1 when one is not that of its place
           probe grants LEFT
               in a guest: takes all grants that can be had but so many, says how many it holds, keeps them until its input ends
           probe input DEVICE-NAME...
               prints the events of input devices, a line each: role (the name's last word), type, code, value; a packet ends with role --
           probe absinfo DEVICE-NAME
               prints code, minimum and maximum of each absolute axis
           probe keymap DEVICE-NAME
               prints scan code (hexadecimal) and keycode of each key, as the driver maps them
           probe repeat DEVICE-NAME DELAY PERIOD
               sets when the kernel repeats a held key, ms
    """;
try
{
    switch (args)
    {
        case ["frames", string count, .. string[] options] when int.TryParse(count, out int pageCount) && pageCount > 0 && FramesCommand.TryParse(options, out string? way, out int[] dropped):
            return FramesCommand.Run(pageCount, way, dropped);
        case ["map", string domain, .. string[] frames] when ushort.TryParse(domain, out ushort id):
            return MapCommand.Run(new(id), frames);
        case ["grants", string count] when int.TryParse(count, out int left) && left >= 0:
            return GrantsCommand.Run(left);
        case ["input", .. { Length: > 0 } names]:
            return InputCommand.Run(names);
        case ["absinfo", string name]:
            return InputCommand.PrintAxes(name);
        case ["keymap", string name]:
            return InputCommand.PrintKeymap(name);
        case ["repeat", string name, string delay, string period] when uint.TryParse(delay, out uint delayMs) && uint.TryParse(period, out uint periodMs):
            return InputCommand.SetRepeat(name, delayMs, periodMs);
        default:
            Console.Error.WriteLine(usage);
            return 2;
    }
}
catch (XenException e)
{
    Console.Error.WriteLine($"probe: {e.Message}");
    return 3;
}
