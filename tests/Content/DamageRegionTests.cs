using CsCheck;
using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Content;

public class DamageRegionTests
{
    private const int Side = 64;

    private static readonly Gen<PixelRectangle> s_rectangle =
        from x in Gen.Int[0, Side - 1]
        from y in Gen.Int[0, Side - 1]
        from width in Gen.Int[0, Side - x]
        from height in Gen.Int[0, Side - y]
        select new PixelRectangle(x, y, width, height);

    // Far apart on a large screen, so that the slack does not swallow them.
    private static readonly Gen<PixelRectangle> s_distant =
        from x in Gen.Int[0, 3000]
        from y in Gen.Int[0, 2000]
        from width in Gen.Int[1, 400]
        from height in Gen.Int[1, 40]
        select new PixelRectangle(x, y, width, height);

    [Fact]
    public void Add_AnyRectangles_EveryPixelStaysCovered() => s_rectangle.Array[0, 40].Sample(areas =>
    {
        DamageRegion region = Region(areas);
        foreach (PixelRectangle area in areas)
        {
            for (int y = area.Y; y < area.Bottom; y++)
            {
                for (int x = area.X; x < area.Right; x++)
                {
                    if (!Covers(region, x, y))
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    });

    [Fact]
    public void Add_DistantRectangles_EachCornerStaysCovered() => s_distant.Array[0, 60].Sample(areas =>
    {
        DamageRegion region = Region(areas);
        return areas.All(area => Covers(region, area.X, area.Y) && Covers(region, area.Right - 1, area.Bottom - 1)
            && Covers(region, area.X, area.Bottom - 1) && Covers(region, area.Right - 1, area.Y));
    });

    [Fact]
    public void Add_AnyRectangles_NeverMoreThanCapacityNorBeyondTheirBounds() => Gen.OneOf(s_distant, s_rectangle).Array[0, 60].Sample(areas =>
    {
        PixelRectangle bounds = areas.Aggregate(default(PixelRectangle), (sum, area) => sum.Union(area));
        DamageRegion region = new();
        foreach (PixelRectangle area in areas)
        {
            region.Add(area);
            if (region.Count > DamageRegion.Capacity)
            {
                return false;
            }
        }

        // Where nothing lies inside, the place of nothing does not matter.
        return region.IsEmpty == bounds.IsEmpty && (bounds.IsEmpty || region.Bounds == bounds);
    });

    [Fact]
    public void Add_EmptyRectangle_ChangesNothing()
    {
        DamageRegion region = Region([new(5, 5, 0, 10), new(5, 5, 10, 0), default]);

        Assert.True(region.IsEmpty);
        Assert.Equal(0, region.Count);
        Assert.True(region.Bounds.IsEmpty);
    }

    [Fact]
    public void Add_Contained_Vanishes() => AssertRegion([new(0, 0, 100, 100), new(10, 10, 5, 5)], [new(0, 0, 100, 100)]);

    [Fact]
    public void Add_Containing_SwallowsAll() => AssertRegion([new(10, 10, 5, 5), new(80, 80, 5, 5), new(0, 0, 100, 100)], [new(0, 0, 100, 100)]);

    [Fact]
    public void Add_NeighboursInARow_BecomeOne() => AssertRegion([new(0, 0, 8, 16), new(8, 0, 8, 16), new(16, 0, 8, 16)], [new(0, 0, 24, 16)]);

    [Fact]
    public void Add_CrossOfThinBars_StaysTwo()
    {
        // Their union is the whole square: counted without the overlap, the bars' own areas would be no smaller waste than they are.
        DamageRegion region = Region([new(0, 490, 1000, 20), new(490, 0, 20, 1000)]);

        Assert.Equal(2, region.Count);
    }

    [Fact]
    public void Add_OverlappingCornerToCorner_IsNotTakenForCheap()
    {
        // Areas 10,000 each, overlap 2,500, union 22,500: counting the overlap twice would make the waste 2,500, it is 5,000.
        DamageRegion region = Region([new(0, 0, 100, 100), new(50, 50, 100, 100)]);

        Assert.Equal(2, region.Count);
    }

    [Fact]
    public void Add_Ninth_MergesThePairOfLeastWaste()
    {
        DamageRegion region = new();
        for (int i = 0; i < DamageRegion.Capacity; i++)
        {
            region.Add(new(i * 500, 0, 10, 10));
        }

        Assert.Equal(8, region.Count);
        region.Add(new(3 * 500 + 60, 0, 10, 10));

        Assert.Equal(8, region.Count);
        Assert.Contains(new PixelRectangle(1500, 0, 70, 10), Enumerable.Range(0, 8).Select(i => region[i]));
    }

    [Fact]
    public void Clear_ForgetsAll()
    {
        DamageRegion region = Region([new(0, 0, 10, 10)]);

        region.Clear();

        Assert.True(region.IsEmpty);
        Assert.Throws<ArgumentOutOfRangeException>(() => region[0]);
    }

    [Fact]
    public void Add_ManyTimes_AllocatesNothing()
    {
        DamageRegion region = new();
        Random random = new(1);

        AllocationMeter.AssertNone(Run);

        void Run()
        {
            for (int i = 0; i < 5000; i++)
            {
                region.Add(new(random.Next(2000), random.Next(1000), random.Next(200), random.Next(200)));
                if (i % 30 == 0)
                {
                    region.Clear();
                }
            }
        }
    }

    private static DamageRegion Region(ReadOnlySpan<PixelRectangle> areas)
    {
        DamageRegion region = new();
        foreach (PixelRectangle area in areas)
        {
            region.Add(area);
        }

        return region;
    }

    private static void AssertRegion(PixelRectangle[] added, PixelRectangle[] expected)
    {
        DamageRegion region = Region(added);
        Assert.Equal(expected, Enumerable.Range(0, region.Count).Select(i => region[i]));
    }

    private static bool Covers(DamageRegion region, int x, int y)
    {
        for (int i = 0; i < region.Count; i++)
        {
            if (region[i].Contains(new(x, y, 1, 1)))
            {
                return true;
            }
        }

        return false;
    }
}
