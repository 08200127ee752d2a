using Xenbus.Wire;
using Xunit;

namespace XenFbFront.Tests.Wire;

public class EventRingLayoutTests
{
    /// <summary>The offsets themselves are rows of the layout table; here, that the parts of a page keep clear of each other.</summary>
    [Fact]
    public void Rings_OfOnePage_DoNotOverlapAndLieInside()
    {
        AssertApart(EventRingLayout.FramebufferIn, EventRingLayout.FramebufferOut);
        AssertApart(EventRingLayout.KeyboardIn, EventRingLayout.KeyboardOut);

        static void AssertApart(EventRingLayout first, EventRingLayout second)
        {
            Assert.True(first.SlotsOffset + first.SlotCount * EventRingLayout.SlotBytes <= second.SlotsOffset);
            Assert.True(second.SlotsOffset + second.SlotCount * EventRingLayout.SlotBytes <= 4096);
            Assert.Equal(4, new[] { first.ConsumerOffset, first.ProducerOffset, second.ConsumerOffset, second.ProducerOffset }.Distinct().Count());
        }
    }
}
