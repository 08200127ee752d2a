namespace Xenbus.Domain.Faults;

/// <summary>Decides which calls of a <see cref="FaultyDomain"/> fail.</summary>
public interface IFaultPlan
{
    /// <summary>A call is about to be made.</summary>
    /// <returns>0 to let it pass, else the errno with which it fails without being made.</returns>
    int Before(DomainCall call);

    /// <summary>A call was made and succeeded.</summary>
    void After(DomainCall call);
}
