using CsCheck;
using XenFbFront.Backend;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class DamageListTests
{
    private const int Side = 40;

    private static readonly Gen<ScreenRectangle> s_rectangle =
        Gen.Select(Gen.Int[0, Side - 1], Gen.Int[0, Side - 1], Gen.Int[0, 12], Gen.Int[0, 12],
            (x, y, width, height) => new ScreenRectangle(x, y, Math.Min(width, Side - x), Math.Min(height, Side - y)));

    [Fact]
    public void Add_AnyRectangles_CoversThemInSixteenWithinTheirUnion() => s_rectangle.Array[0, 60].Sample(added =>
    {
        DamageList list = new();
        ScreenRectangle union = default;
        foreach (ScreenRectangle rectangle in added)
        {
            list.Add(rectangle);
            union = union.Union(rectangle);
        }

        bool[] covered = Paint(list.Rectangles.ToArray());
        Assert.InRange(list.Count, 0, DamageList.Capacity);
        Assert.DoesNotContain(list.Rectangles.ToArray(), rectangle => rectangle.IsEmpty || DamageList.Intersect(rectangle, union) != rectangle);
        Assert.All(Paint(added).Index(), pixel => Assert.True(!pixel.Item || covered[pixel.Index]));
    });

    [Fact]
    public void TakeInside_AnyArea_MovesWhatIsInsideAndKeepsTheRest() => Gen.Select(s_rectangle.Array[0, 30], s_rectangle).Sample((added, area) =>
    {
        DamageList list = new();
        foreach (ScreenRectangle rectangle in added)
        {
            list.Add(rectangle);
        }

        bool[] before = Paint(list.Rectangles.ToArray());
        List<ScreenRectangle> taken = [];
        list.TakeInside(area, taken);
        bool[] inside = Paint([.. taken]), after = Paint(list.Rectangles.ToArray());
        Assert.All(taken, rectangle => Assert.Equal(rectangle, DamageList.Intersect(rectangle, area)));
        Assert.All(before.Index(), pixel => Assert.True(!pixel.Item || inside[pixel.Index] || after[pixel.Index]));
        Assert.InRange(list.Count, 0, DamageList.Capacity);
    });

    [Fact]
    public void Add_LinesOfText_BecomeOneBlock()
    {
        DamageList list = new();
        for (int row = 0; row < 25; row++)
        {
            list.Add(new(0, row * 16, 640, 16));
        }

        Assert.Equal([new(0, 0, 640, 400)], list.Rectangles.ToArray());
    }

    [Fact]
    public void Intersect_EdgesAtTheEndOfTheRange_DoNotOverflow() =>
        Assert.Equal(new(5, 5, 10, 10), DamageList.Intersect(new(5, 5, int.MaxValue, int.MaxValue), new(0, 0, 15, 15)));

    private static bool[] Paint(ScreenRectangle[] rectangles)
    {
        bool[] painted = new bool[Side * Side];
        foreach (ScreenRectangle rectangle in rectangles)
        {
            for (int y = rectangle.Y; y < rectangle.Y + rectangle.Height; y++)
            {
                for (int x = rectangle.X; x < rectangle.X + rectangle.Width; x++)
                {
                    painted[y * Side + x] = true;
                }
            }
        }

        return painted;
    }
}
