using System.Globalization;
using System.Text;
using Xenbus;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using XenFbFront.Holder;

namespace XenFbFront.Control;

/// <summary>What the running program can be asked.</summary>
internal sealed class ControlCommands
{
    private static readonly Command[] s_commands =
    [
        new("program", string.Empty, "which program runs, and as which process", static (commands, request) => commands.TellProgram(request)),
        new("upgrade", string.Empty, "let the running program become this one; nothing is disconnected", static (commands, request) => commands.Upgrade(request)),
    ];

    private readonly FrontendHost _host;
    private readonly HolderClient? _holder;
    private readonly Action _leave;

    /// <param name="host">What is served.</param>
    /// <param name="holder">The holder, or null when there is none.</param>
    /// <param name="leave">Ends this worker, with everything connected.</param>
    public ControlCommands(FrontendHost host, HolderClient? holder, Action leave) => (_host, _holder, _leave) = (host, holder, leave);

    /// <summary>What <c>xenfbfront ctl help</c> prints.</summary>
    public static string Help
    {
        get
        {
            StringBuilder text = new("xenfbfront ctl [--loopback DIR] COMMAND: asks the running xenfbfront\n");
            foreach (Command command in s_commands)
            {
                text.Append($"  {command.Name} {command.Arguments}".PadRight(24)).Append(' ').Append(command.Help).Append('\n');
            }

            return text.ToString();
        }
    }

    /// <summary>Answers a request, at once or later.</summary>
    public void Serve(ControlRequest request)
    {
        string name = request.Words[0];
        if (Array.Find(s_commands, command => command.Name == name) is not { } command)
        {
            request.Refuse($"unknown command {name}; xenfbfront ctl help lists them");
            return;
        }

        try
        {
            command.Serve(this, request);
        }
        catch (XenException exception)
        {
            request.Fail(exception.Message);
        }
    }

    private void TellProgram(ControlRequest request)
    {
        request.Say(SelfProgram.Path);
        request.Say($"process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        request.Say(_host.AreAllConnected ? "connected" : "not connected");
        request.Finish();
    }

    private void Upgrade(ControlRequest request)
    {
        if (request.Words is not [_, { } path, { } format])
        {
            request.Refuse("upgrade takes no arguments: run the new program, as in NEW-PROGRAM upgrade");
        }
        else if (_holder is null)
        {
            request.Fail("this xenfbfront runs with --no-holder: stop it and start the new one");
        }
        else if (format != Succession.Format.ToString(CultureInfo.InvariantCulture))
        {
            request.Fail($"the new program cannot go on with what this one keeps (formats {format} and {Succession.Format}): stop this one and start the new one");
        }
        else if (!Path.IsPathRooted(path) || !Libc.IsExecutable(path))
        {
            request.Fail($"{path} cannot be executed");
        }
        else
        {
            _holder.Upgrade(path);
            request.Finish();
            _leave();
        }
    }

    /// <param name="Name">First word.</param>
    /// <param name="Arguments">What stands behind it in the help.</param>
    /// <param name="Help">A line.</param>
    /// <param name="Serve">Answers.</param>
    private sealed record Command(string Name, string Arguments, string Help, Action<ControlCommands, ControlRequest> Serve);
}
