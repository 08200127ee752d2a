using Xunit;
namespace XenFbFront.Tests;

public class SmokeTests { [Fact] public void A() => Assert.Equal(2, int.Parse("2")); }
