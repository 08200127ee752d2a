namespace Xenbus.Wire;

/// <summary>Kinds of xenstore messages. C: enum xsd_sockmsg_type in io/xs_wire.h.</summary>
public enum XenstoreMessageType : uint
{
    /// <summary>Privileged commands to the daemon.</summary>
    Control = 0,

    /// <summary>Names of a node's children.</summary>
    Directory = 1,

    /// <summary>Value of a node.</summary>
    Read = 2,

    /// <summary>Permissions of a node.</summary>
    GetPermissions = 3,

    /// <summary>Registers a watch.</summary>
    Watch = 4,

    /// <summary>Removes a watch.</summary>
    Unwatch = 5,

    /// <summary>Starts a transaction.</summary>
    TransactionStart = 6,

    /// <summary>Commits (<c>T</c>) or drops (<c>F</c>) a transaction.</summary>
    TransactionEnd = 7,

    /// <summary>Privileged: a domain appears.</summary>
    Introduce = 8,

    /// <summary>Privileged: a domain goes.</summary>
    Release = 9,

    /// <summary>Path of a domain's own directory.</summary>
    GetDomainPath = 10,

    /// <summary>Writes a node, making its parents.</summary>
    Write = 11,

    /// <summary>Makes an empty node if there is none.</summary>
    MakeDirectory = 12,

    /// <summary>Removes a node and all below it.</summary>
    Remove = 13,

    /// <summary>Replaces a node's permissions.</summary>
    SetPermissions = 14,

    /// <summary>From the server: something below a watched path changed.</summary>
    WatchEvent = 15,

    /// <summary>From the server: the name of an error.</summary>
    Error = 16,

    /// <summary>Whether xenstored knows a domain.</summary>
    IsDomainIntroduced = 17,

    /// <summary>Privileged: a domain goes on after a cancelled suspend.</summary>
    Resume = 18,

    /// <summary>Privileged: a stub domain's target.</summary>
    SetTarget = 19,

    /// <summary>Wipes every watch and transaction of the domain, the kernel's too: never sent from userspace.</summary>
    ResetWatches = 21,

    /// <summary>A slice of a long list of children.</summary>
    DirectoryPart = 22,
}
