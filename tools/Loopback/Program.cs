using System.Diagnostics;
Debug.Assert(args is not null); return 0;
