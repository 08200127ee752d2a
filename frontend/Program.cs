using Microsoft.Extensions.Logging;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront;
using XenFbFront.Configuration;
using XenFbFront.Holder;

bool isForJournal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null;
LineLogger logger = new(LogLevel.Information, isForJournal);
try
{
    if (args.Contains(FileKeeperProcess.Switch))
    {
        return FileKeeperProcess.Run(!args.Contains("--loopback"));
    }

    if (args.Contains("--help") || args.Contains("-h"))
    {
        LineLogger.Write(1, CommandLine.Help);
        return ExitStatus.Success;
    }

    if (args.Contains("--version"))
    {
        LineLogger.Write(1, $"xenfbfront {typeof(Worker).Assembly.GetName().Version?.ToString(3)}\n");
        return ExitStatus.Success;
    }

    DaemonOptions options = CommandLine.Parse(args, ConfigurationFile.Read);
    logger = new(options.LogLevel, isForJournal);
    if (options.IsWorker)
    {
        return Worker.Run(options, logger);
    }

    SelfProgram.ExecuteAgainWithBlockedSignals();
    using Descriptor claim = SingleInstance.Claim(options.Loopback);
    return options.HasHolder ? HolderProcess.Run(line => logger.WriteLine(LogLevel.Warning, line)) : Worker.Run(options, logger);
}
catch (OptionException exception)
{
    logger.WriteLine(LogLevel.Error, exception.Message);
    return ExitStatus.Usage;
}
catch (XenException exception)
{
    logger.WriteLine(LogLevel.Error, exception.Message);
    return ExitStatus.Environment;
}
catch (Exception exception) when (exception is not OutOfMemoryException)
{
    // Our own mistake. With a status that is not final the holder starts another worker, which takes over the live connection.
    logger.WriteLine(LogLevel.Critical, $"mistake of the program, please report it: {exception.GetType().Name}: {exception.Message}");
    return ExitStatus.Failure;
}
