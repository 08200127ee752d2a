using Microsoft.Extensions.Logging;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront;
using XenFbFront.Configuration;
using XenFbFront.Control;
using XenFbFront.Doctor;
using XenFbFront.Holder;

LineLogger logger = LineLogger.ForStandardError(LogLevel.Information);
try
{
    SelfProgram.SetName("xenfbfront");
    if (args is ["ctl" or "upgrade", ..])
    {
        return ControlProgram.Run(args);
    }

    if (args is ["doctor", ..])
    {
        return DoctorProgram.Run(args);
    }

    if (args.Contains(FileKeeperProcess.Switch))
    {
        return FileKeeperProcess.Run(!args.Contains("--loopback"));
    }

    if (args.Contains("--help") || args.Contains("-h"))
    {
        LineLogger.Write(1, Help.Usual);
        return ExitStatus.Success;
    }

    if (args.Contains("--help-all"))
    {
        LineLogger.Write(1, Help.Whole);
        return ExitStatus.Success;
    }

    if (args.Contains("--version"))
    {
        LineLogger.Write(1, $"xenfbfront {typeof(Worker).Assembly.GetName().Version?.ToString(3)}\n");
        return ExitStatus.Success;
    }

    if (args.Contains(ConfigurationCheck.Switch))
    {
        return ConfigurationCheck.Run(args, ConfigurationFile.Read, static (descriptor, text) => LineLogger.Write(descriptor, text));
    }

    if (args is [{ } word, ..] && ControlCommands.IsCommand(word))
    {
        throw new OptionException($"unexpected {word}; did you mean xenfbfront ctl {word}?");
    }

    List<string> warnings = [];
    DaemonOptions options = CommandLine.Parse(args, ConfigurationFile.Reader(args.Contains("--worker") || Succession.IsPending), warnings.Add);
    logger = LineLogger.ForStandardError(options.LogLevel);
    if (options.IsWorker)
    {
        return Work(options);
    }

    SelfProgram.ExecuteAgainWithBlockedSignals();
    foreach (string warning in warnings)
    {
        // Once: neither by the execution before this one nor by workers.
        Say(warning);
    }

    if (options.HasHolder)
    {
        return HolderProcess.Run(options.Loopback, Say);
    }

    using Descriptor claim = SingleInstance.Claim(options.Loopback);
    return Work(options);
}
catch (OptionException exception)
{
    return Fail(LogLevel.Error, exception.Message, ExitStatus.Usage);
}
catch (XenException exception)
{
    return Fail(LogLevel.Error, exception.Message, ExitStatus.Environment);
}
catch (Exception exception) when (exception is not OutOfMemoryException)
{
    // Our own mistake. With a status that is not final the holder starts another worker, which takes over the live connection.
    return Fail(LogLevel.Critical, $"mistake of the program, please report it: {exception.GetType().Name}: {exception.Message}", ExitStatus.Failure);
}

int Work(DaemonOptions options)
{
    int status = Worker.Run(options, logger);
    logger.Settle(isLast: true);
    return status;
}

void Say(string line) => logger.Say(LogLevel.Warning, line);

int Fail(LogLevel level, string message, int status)
{
    logger.WriteLine(level, message);
    if (Succession.TakeUp() is { } legacy)
    {
        Succession.GoBack(legacy, legacy.Kept, Say);
    }

    return status;
}
