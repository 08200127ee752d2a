using Microsoft.Extensions.Logging;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront;
using XenFbFront.Configuration;
using XenFbFront.Control;
using XenFbFront.Doctor;
using XenFbFront.Holder;

bool isForJournal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null;
LineLogger logger = new(LogLevel.Information, isForJournal);
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
        LineLogger.Write(1, CommandLine.Help);
        return ExitStatus.Success;
    }

    if (args.Contains("--help-all"))
    {
        LineLogger.Write(1, CommandLine.WholeHelp);
        return ExitStatus.Success;
    }

    if (args.Contains("--version"))
    {
        LineLogger.Write(1, $"xenfbfront {typeof(Worker).Assembly.GetName().Version?.ToString(3)}\n");
        return ExitStatus.Success;
    }

    DaemonOptions options = CommandLine.Parse(args, ConfigurationFile.Reader(args.Contains("--worker") || Succession.IsPending));
    logger = new(options.LogLevel, isForJournal);
    if (options.IsWorker)
    {
        return Worker.Run(options, logger);
    }

    SelfProgram.ExecuteAgainWithBlockedSignals();
    if (options.HasHolder)
    {
        return HolderProcess.Run(options.Loopback, line => logger.WriteLine(LogLevel.Warning, line));
    }

    using Descriptor claim = SingleInstance.Claim(options.Loopback);
    return Worker.Run(options, logger);
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

int Fail(LogLevel level, string message, int status)
{
    logger.WriteLine(level, message);
    if (Succession.TakeUp() is { } legacy)
    {
        Succession.GoBack(legacy, legacy.Kept, line => logger.WriteLine(LogLevel.Warning, line));
    }

    return status;
}
