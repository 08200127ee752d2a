using Xenbus;
using XenFbFront.Bench;
using XenFbFront.Bench.ConsoleCost;
using XenFbFront.Bench.Figures;
using XenFbFront.Bench.Lifecycle;
using XenFbFront.Bench.Micro;
using XenFbFront.Bench.TerminalCost;
using XenFbFront.Configuration;

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.Write(BenchOptions.Help);
    return 0;
}

try
{
    BenchOptions options = BenchOptions.Parse(args);
    bool isGood = true;
    if (options.HasFigures)
    {
        isGood &= new SystemFigures(options).Print();
    }

    if (options.HasConsole)
    {
        isGood &= new ConsoleFigures(options).Print();
    }

    if (options.HasTerminal)
    {
        isGood &= new TerminalFigures(options).Print();
    }

    if (options.HasLifecycle)
    {
        isGood &= new LifecycleFigures(options).Print();
    }

    if (options.HasMicro)
    {
        isGood &= new MicroReport(options).Print();
    }

    return isGood ? 0 : 1;
}
catch (OptionException exception)
{
    Console.Error.WriteLine($"bench: {exception.Message}");
    return 2;
}
catch (BenchException exception)
{
    Console.Error.WriteLine($"bench: not measured: {exception.Message}");
    return 1;
}
catch (Exception exception) when (exception is XenException or IOException)
{
    Console.Error.WriteLine($"bench: {exception.Message}");
    return 3;
}
